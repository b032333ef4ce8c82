"""The running server: one listening socket, one or more workers, one line when it is ready."""

from __future__ import annotations

import errno
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from nxcrm_desktop.errors import NxcrmError
from sync.server import metrics, tls
from sync.server.background import SUPERVISOR_VARIABLE
from sync.server.connections import Connection
from sync.server.network import is_loopback

_GRACE_SECONDS = 20
_PATIENCE_SECONDS = 30
"""A worker that does not answer its supervisor for so long hangs and is replaced; starting may take as long."""
_KEEP_ALIVE_SECONDS = 65
_BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. ``port`` 0 takes any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How to serve: with which certificate (None: plain HTTP), by how many processes, behind which load balancers."""

    certificate: tls.Certificate | None
    workers: int
    trusted_proxies: tuple[str, ...] = ()


def require_loopback(host: str) -> None:
    """NxcrmError ``tls_required``: plain HTTP never leaves the machine."""
    if not is_loopback(host):
        raise NxcrmError(
            "tls_required",
            f"Without TLS the server listens on this machine only, not on {host}.",
            safe="The server was not started.",
            todo="Give --tls-cert and --tls-key, or listen on 127.0.0.1.",
        )


def listen(address: Address) -> socket.socket:
    """A listening socket. NxcrmError ``port_in_use`` or ``cannot_listen``."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
    except OSError as problem:
        raise _cannot_listen(address, problem) from problem
    try:
        if sys.platform != "win32":  # there it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(_BACKLOG)
    except OSError as problem:
        listener.close()
        raise _cannot_listen(address, problem) from problem
    listener.set_inheritable(True)
    return listener


def _cannot_listen(address: Address, problem: OSError) -> NxcrmError:
    if problem.errno == errno.EADDRINUSE:
        return NxcrmError(
            "port_in_use",
            f"Another program is already listening on {address.host} port {address.port}.",
            safe="The server was not started.",
            todo="Stop that program or choose another --port.",
        )
    return NxcrmError(
        "cannot_listen",
        f"The server cannot listen on {address.host} port {address.port}: {problem.strerror or problem}.",
        safe="The server was not started.",
        todo="Check --host and --port.",
    )


class _Single(Server):
    """One process that says when it is ready."""

    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # Stopping when told to is success: the signal is not raised once more, the exit code is 0.
        self._captured_signals.clear()


class _Several(Multiprocess):
    """A supervisor of workers that says when all of them are ready."""

    def __init__(self, config: Config, sockets: list[socket.socket], ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._ready: Callable[[], None] | None = ready
        self._counted: set[int] = set()

    def keep_subprocess_alive(self) -> None:
        super().keep_subprocess_alive()
        present = {worker.pid for worker in self.processes if worker.pid is not None}
        for gone in self._counted - present:
            metrics.forget_worker(gone)
        self._counted = present
        if self._ready and not self.should_exit.is_set() and all(worker.is_ready() for worker in self.processes):
            self._ready()
            self._ready = None


def serve(listener: socket.socket, plan: Plan, ready: Callable[[], None]) -> None:
    """Serves ``sync.server.app:application`` until SIGTERM or Ctrl+C; requests under way are finished first.

    SIGHUP replaces several workers one after the other; each new one answers before its predecessor ends.
    """
    config = Config(
        "sync.server.app:application",
        factory=True,
        workers=plan.workers,
        http=Connection,
        loop="auto",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=bool(plan.trusted_proxies),
        forwarded_allow_ips=list(plan.trusted_proxies),
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_worker_healthcheck=_PATIENCE_SECONDS,
        **_tls_options(plan.certificate),
    )
    if plan.workers == 1:
        _Single(config, ready).run([listener])
        return
    os.environ[SUPERVISOR_VARIABLE] = str(os.getpid())
    with tempfile.TemporaryDirectory(prefix="nxcrm-metrics-") as folder:
        os.environ[metrics.FOLDER_VARIABLE] = folder
        _Several(config, [listener], ready).run()


def _tls_options(certificate: tls.Certificate | None) -> dict[str, Any]:
    if certificate is None:
        return {}
    return {
        "ssl_certfile": certificate.cert, "ssl_keyfile": certificate.key, "ssl_context_factory": tls.harden
    }  # fmt: skip
