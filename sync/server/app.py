"""The ASGI application: services built once, routers around them, the same envelope around every request."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI

import nxcrm_desktop
from sync.protocol import auth as auth_messages, messages, privacy as privacy_messages
from sync.server import config as configuration, logs
from sync.server.config import ServerConfig
from sync.server.context import ServerContext
from sync.server.keys import ServerKeys
from sync.server.middleware import BoundedBody, Envelope
from sync.server.problems import add_handlers
from sync.server.routers.auth import auth_router
from sync.server.routers.health import Health, health_router
from sync.server.routers.privacy import privacy_router
from sync.server.routers.sync import sync_router
from sync.server.services import lease
from sync.server.services.accounts import Accounts
from sync.server.services.cursor import Cursors
from sync.server.services.hello import LeaseMaker
from sync.server.services.privacy import PrivacyDesk
from sync.server.services.tokens import Tokens
from sync.server.store.engine import make_engine
from sync.server.wire import messages_of, publish

DATA_VARIABLE = "NXCRM_SERVER_DATA"
DEVELOPMENT_VARIABLE = "NXCRM_SERVER_DEVELOPMENT"
"""Environment variable that names the data folder: how workers, and commands without ``--data``, find it."""


SUPERVISOR_VARIABLE = "NXCRM_SERVER_SUPERVISOR"
"""Environment variable with the process id of the supervisor of several workers."""


def make_context(config: ServerConfig) -> ServerContext:
    """Engine and keys for a configuration. NxcrmError ``signing_key_missing``."""
    return ServerContext(config, make_engine(config.database_url), ServerKeys.load(config.key_file))


def create_app(config: ServerConfig) -> FastAPI:
    """The application of one server. The database is reached when the first request needs it."""
    context = make_context(config)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(_end_with_supervisor(os.environ.get(SUPERVISOR_VARIABLE)))
        yield
        watch.cancel()
        context.engine.dispose()

    app = FastAPI(
        title="nxcrm server",
        version=nxcrm_desktop.__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    tokens = Tokens(context)
    app.state.tokens = tokens
    app.include_router(health_router(context))
    app.include_router(auth_router(Accounts(context, tokens), tokens))
    app.include_router(sync_router(context.engine, Cursors(context.keys.derive("cursor")), _lease_maker(context)))
    app.include_router(privacy_router(PrivacyDesk(context)))
    add_handlers(app)
    app.add_middleware(BoundedBody)
    app.add_middleware(Envelope)
    publish(app, [*messages_of(messages, auth_messages, privacy_messages), Health])
    return app


async def _end_with_supervisor(supervisor: str | None) -> None:
    """Ends a worker whose supervisor was killed: nobody else could, and it would keep the port."""
    while supervisor is not None:
        if os.getppid() != int(supervisor):
            signal.raise_signal(signal.SIGTERM)
            return
        await asyncio.sleep(1)


def _lease_maker(context: ServerContext) -> LeaseMaker:
    return lambda session, role, scopes: lease.issue(context, session.device_id, session.user_id, role, scopes)


def application() -> FastAPI:
    """The application of the data folder that the environment names; each worker calls this."""
    logs.configure()
    config = configuration.load(Path(os.environ[DATA_VARIABLE]))
    return create_app(replace(config, development=os.environ.get(DEVELOPMENT_VARIABLE) == "1"))
