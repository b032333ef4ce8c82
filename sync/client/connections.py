"""Connections that can be broken from another thread, with our TLS settings, and no password but the bearer token."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family
from urllib3.util.wait import wait_for_write

_KEPT: Final = 2
"""Connections kept open to one server: one for calls, and a spare."""


class Sockets:
    """The sockets in use. :meth:`break_all` wakes whoever waits for one of them, and lets no further one be opened."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._open: list[socket.socket] = []
        self._broken = False

    def add(self, one: socket.socket) -> None:
        """Watch over a socket, before anyone waits for it. ConnectionAbortedError once all were broken."""
        with self._turn:
            self.require_whole()
            self._open = [known for known in self._open if known.fileno() >= 0]
            self._open.append(one)

    def break_all(self) -> None:
        """End every wait for the network, at once and for good."""
        with self._turn:
            self._broken = True
            for one in self._open:
                _break(one)

    def require_whole(self) -> None:
        """ConnectionAbortedError once all were broken."""
        if self._broken:
            raise ConnectionAbortedError("the connections were closed")


def _break(one: socket.socket) -> None:
    """Ends the connection, not the TLS object: another thread may be inside of that."""
    try:
        socket.socket.shutdown(one, socket.SHUT_RDWR)
    except OSError:
        return  # closed already, by the other side or by its owner


def secured(context: ssl.SSLContext, sockets: Sockets) -> ssl.SSLContext:
    """The context, whose sockets are watched from before their handshake: that too is a wait for the network."""

    class Watched(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            sockets.add(self)
            super().do_handshake(block)

    context.sslsocket_class = Watched
    return context


class _Opening(HTTPConnection):
    """Knows its socket before it connects. A proxy is reached the same way."""

    def __init__(self, sockets: Sockets, **options: Any) -> None:
        self._sockets = sockets
        super().__init__(**options)

    def _new_conn(self) -> socket.socket:
        """As urllib3 does it, which has no place to learn of a socket that is still connecting."""
        try:
            places = socket.getaddrinfo(self._dns_host, self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        problem = OSError("the name stands for no address")
        for family, kind, protocol, _name, address in places:
            try:
                return self._connected(socket.socket(family, kind, protocol), address)
            except OSError as error:
                problem = error
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(self, f"{self.host} does not answer") from problem
        raise NewConnectionError(self, f"no connection: {problem}") from problem

    def _connected(self, made: socket.socket, address: Any) -> socket.socket:
        try:
            for option in self.socket_options or ():
                made.setsockopt(*option)
            self._sockets.require_whole()
            made.setblocking(False)
            made.connect_ex(address)
            self._sockets.add(made)  # only now: what is not yet connecting cannot be broken off
            seconds = self.timeout if isinstance(self.timeout, int | float) else None
            if not wait_for_write(made, seconds):
                raise TimeoutError
            _require_connected(made)
            made.settimeout(seconds)
        except BaseException:
            made.close()
            raise
        return made


def _require_connected(made: socket.socket) -> None:
    """OSError as connect would raise it."""
    if error := made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(error, os.strerror(error))
    made.getpeername()


class _OpeningSecure(_Opening, HTTPSConnection):
    """The same with TLS on top."""


def _pool(kind: type[HTTPConnectionPool], connection: type[_Opening], sockets: Sockets) -> Callable[..., Any]:
    def made(*args: Any, **options: Any) -> HTTPConnectionPool:
        pool = kind(*args, **options)
        pool.ConnectionCls = partial(connection, sockets)  # type: ignore[assignment]
        return pool

    return made


class _Adapter(HTTPAdapter):
    """Watched connections with our TLS settings, also through a proxy."""

    def __init__(self, context: ssl.SSLContext, sockets: Sockets) -> None:
        self._context = secured(context, sockets)
        self._pools = {
            "http": _pool(HTTPConnectionPool, _Opening, sockets),
            "https": _pool(HTTPSConnectionPool, _OpeningSecure, sockets),
        }
        super().__init__(pool_maxsize=_KEPT, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, ssl_context=self._context, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


class Bearer(AuthBase):
    """The authorization header; also keeps requests from putting a password of ~/.netrc there."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def new_session(context: ssl.SSLContext, sockets: Sockets, *, through_proxies: bool) -> requests.Session:
    """A session of requests whose every socket is in ``sockets``."""
    session = requests.Session()
    adapter = _Adapter(context, sockets)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.trust_env = through_proxies
    return session
