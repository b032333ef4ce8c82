"""The ASGI application: services built once, routers around them, the same envelope around every request."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI

import nxcrm_desktop
from sync.protocol import auth as auth_messages, blobs as blob_messages, messages, privacy as privacy_messages
from sync.server import config as configuration, logs
from sync.server.background import background
from sync.server.blobs.choice import sealed_pieces
from sync.server.config import ServerConfig
from sync.server.context import ServerContext
from sync.server.keys import ServerKeys
from sync.server.limits import Admission, Gate
from sync.server.live.hub import Hub
from sync.server.metrics import Metrics
from sync.server.middleware import BoundedBody, Envelope
from sync.server.problems import add_handlers
from sync.server.routers.auth import auth_router
from sync.server.routers.blobs import blobs_router
from sync.server.routers.events import events_router
from sync.server.routers.health import Health, health_router
from sync.server.routers.metrics import metrics_router
from sync.server.routers.privacy import privacy_router
from sync.server.routers.sync import sync_router
from sync.server.services import lease
from sync.server.services.accounts import Accounts
from sync.server.services.blobs import Blobs
from sync.server.services.cursor import Cursors
from sync.server.services.hello import LeaseMaker
from sync.server.services.privacy import PrivacyDesk
from sync.server.services.tokens import Tokens
from sync.server.store.engine import make_engine
from sync.server.wire import messages_of, publish

DATA_VARIABLE = "NXCRM_SERVER_DATA"
DEVELOPMENT_VARIABLE = "NXCRM_SERVER_DEVELOPMENT"
"""Environment variable that names the data folder: how workers, and commands without ``--data``, find it."""
WORKERS_VARIABLE = "NXCRM_SERVER_WORKERS"
"""Environment variable with the number of workers."""


def make_context(config: ServerConfig, *, serving: bool = False) -> ServerContext:
    """Engine and keys for a configuration. ``serving``: within its limits. NxcrmError ``signing_key_missing``."""
    limits = {"pool_size": config.limits.pool, "statement_seconds": config.limits.statement_seconds} if serving else {}
    return ServerContext(config, make_engine(config.database_url, **limits), ServerKeys.load(config.key_file))


def create_app(config: ServerConfig) -> FastAPI:
    """The application of one server. The database is reached when the first request needs it."""
    context, metrics = make_context(config, serving=True), Metrics()
    metrics.watch(context.engine)
    hub = Hub(context.engine, metrics, config.limits.streams)
    admission = Admission(config.limits, int(os.environ.get(WORKERS_VARIABLE, "1")), metrics)
    app = FastAPI(
        title="nxcrm server",
        version=nxcrm_desktop.__version__,
        lifespan=lambda _: background(context, hub, metrics),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    tokens = Tokens(context)
    app.state.tokens, app.state.admission, app.state.metrics = tokens, admission, metrics
    app.include_router(health_router(context))
    app.include_router(auth_router(Accounts(context, tokens), tokens))
    app.include_router(
        sync_router(context.engine, Cursors(context.keys.derive("cursor")), _lease_maker(context), config.history)
    )
    pieces = sealed_pieces(context)
    app.include_router(blobs_router(Blobs(context, pieces)))
    app.include_router(privacy_router(PrivacyDesk(context, pieces)))
    app.include_router(events_router(hub, metrics))
    app.include_router(metrics_router(metrics, config.metrics))
    add_handlers(app)
    app.add_middleware(BoundedBody)
    app.add_middleware(Gate, admission=admission)
    app.add_middleware(Envelope, metrics=metrics)
    publish(app, [*messages_of(messages, auth_messages, blob_messages, privacy_messages), Health])
    return app


def _lease_maker(context: ServerContext) -> LeaseMaker:
    return lambda session, role, scopes: lease.issue(context, session.device_id, session.user_id, role, scopes)


def application() -> FastAPI:
    """The application of the data folder that the environment names; each worker calls this."""
    logs.configure()
    config = configuration.load(Path(os.environ[DATA_VARIABLE]))
    return create_app(replace(config, development=os.environ.get(DEVELOPMENT_VARIABLE) == "1"))
