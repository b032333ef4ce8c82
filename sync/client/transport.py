"""HTTPS to the server: one kept-alive connection, certificates always checked, tokens renewed once, replies bounded."""

from __future__ import annotations

import ipaddress
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from nxcrm_desktop.errors import NxcrmError
from sync.client import wire
from sync.client.failures import from_exception, from_problem, tls_required, wrong_server
from sync.client.ports import TokenSource
from sync.protocol.codes import Code
from sync.protocol.messages import (
    CONTENT_TYPE,
    Ack,
    Hello,
    HelloReply,
    Problem,
    Pull,
    PullReply,
    Push,
    PushReply,
)

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
Reply = TypeVar("Reply")
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_SECONDS: Final = re.compile("[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the server is. ``ca_file``: the organisation's own authority, trusted instead of the system's.

    ``plain_loopback``: the profile allows unencrypted HTTP, which is then still possible to this machine alone.
    Raises NxcrmError invalid_server, tls_required, ca_file_unreadable.
    """

    url: str
    ca_file: Path | None = None
    plain_loopback: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise NxcrmError(
                "invalid_server",
                f"“{self.url}” is not a server's address.",
                safe="Nothing was changed.",
                todo="It looks like https://crm.example.in or https://192.168.1.5:8443.",
            )
        if parts.scheme == "http" and not (self.plain_loopback and self.is_loopback):
            raise tls_required(self.url)

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this machine itself."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later, certificates and host names checked."""
        try:
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except OSError as error:
            raise NxcrmError(
                "ca_file_unreadable",
                f"The file {self.ca_file} holds no certificate that could be read.",
                safe="Nothing was sent.",
                todo="Give the CA file (PEM) that your administrator handed out.",
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class _Adapter(HTTPAdapter):
    """Connections with our TLS settings, also through a proxy."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._context, **kwargs)


class _Bearer(AuthBase):
    """The authorization header; also keeps requests from putting a password of ~/.netrc there."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    retry_after: int | None
    body: bytes


class Transport:
    """Calls of the server's API; those of sync are :class:`sync.client.ports.SyncApi`. One thread at a time."""

    def __init__(
        self,
        endpoint: Endpoint,
        tokens: TokenSource | None = None,
        *,
        timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> None:
        self._timeout = timeout
        self.endpoint = endpoint
        self.tokens = tokens
        self.bytes_up = 0
        self.bytes_down = 0
        self._base = endpoint.url.rstrip("/")
        self._verify: str | bool = str(endpoint.ca_file) if endpoint.ca_file else True
        self._session = requests.Session()
        self._session.mount("https://", _Adapter(endpoint.context()))
        self._session.trust_env = not endpoint.is_loopback  # proxies lead outside, never back here
        self._session.headers.update({"Accept": CONTENT_TYPE, "Accept-Encoding": wire.ACCEPTED, "User-Agent": "nxcrm"})

    def hello(self, message: Hello) -> HelloReply:
        return self.post("/v1/sync/hello", message, HelloReply)

    def push(self, message: Push) -> PushReply:
        return self.post("/v1/sync/push", message, PushReply)

    def pull(self, message: Pull) -> PullReply:
        return self.post("/v1/sync/pull", message, PullReply)

    def ack(self, message: Ack) -> None:
        self.send("/v1/sync/ack", message)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def post(self, path: str, message: object, reply: type[Reply], *, signed_in: bool = True) -> Reply:
        """One exchange; ``reply`` is the type of the answer's body.

        ``signed_in``: with the bearer token, renewed and tried again once when it is refused. NxcrmError as
        sync.client.failures tells, and with a code of the server's own.
        """
        answer = self._exchange(path, message, signed_in)
        try:
            return msgspec.json.decode(answer.body, type=reply)
        except _UNREADABLE as error:
            raise wrong_server(self._base) from error

    def send(self, path: str, message: object, *, signed_in: bool = True) -> None:
        """As :meth:`post`, where the answer says no more than that it was done."""
        self._exchange(path, message, signed_in)

    def fetch(self, path: str, message: object, media_type: str) -> bytes:
        """As :meth:`post`, where the answer is a file of this media type."""
        return self._exchange(path, message, signed_in=True, media_type=media_type).body

    def _exchange(self, path: str, message: object, signed_in: bool, media_type: str = CONTENT_TYPE) -> _Answer:
        body, headers = wire.pack(msgspec.json.encode(message))
        answer = self._send_signed_in(path, body, headers) if signed_in else self._send(path, body, headers, None)
        if not 200 <= answer.status < 300:
            problem = _problem(answer)
            raise wrong_server(self._base) if problem is None else from_problem(problem)
        if answer.body and answer.media_type != media_type:
            raise wrong_server(self._base)  # a page of a guest network, most likely
        return answer

    def _send_signed_in(self, path: str, body: bytes, headers: dict[str, str]) -> _Answer:
        if self.tokens is None:
            raise from_problem(Problem(Code.UNAUTHENTICATED, ""))
        token = self.tokens.access_token()
        answer = self._send(path, body, headers, token)
        if answer.status == 401:
            answer = self._send(path, body, headers, self.tokens.renew(token))
        return answer

    def _send(self, path: str, body: bytes, headers: dict[str, str], token: str | None) -> _Answer:
        try:
            with self._session.post(
                self._base + path,
                data=body,
                headers={"Content-Type": CONTENT_TYPE, **headers},
                auth=_Bearer(token),
                timeout=self._timeout,
                verify=self._verify,  # given with each call: otherwise REQUESTS_CA_BUNDLE would go before the CA file
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._receive(response, len(body))
        except (requests.RequestException, HTTPError) as error:
            raise from_exception(error, self._base) from error

    def _receive(self, response: requests.Response, sent: int) -> _Answer:
        packed = self._read(response)
        self.bytes_up += sent
        self.bytes_down += len(packed)
        try:
            body = wire.unpack(packed, response.headers.get("Content-Encoding", ""))
        except wire.BodyError as error:
            raise wrong_server(self._base) from error
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        wait = response.headers.get("Retry-After", "")
        return _Answer(response.status_code, media_type, int(wait) if _SECONDS.fullmatch(wait) else None, body)

    def _read(self, response: requests.Response) -> bytes:
        """The body as sent, read to its end so that the connection can be used again; NxcrmError if it is too long."""
        parts: list[bytes] = []
        total = 0
        for part in response.raw.stream(64 * 1024, decode_content=False):
            total += len(part)
            if total > wire.MAX_REPLY_BYTES:
                raise wrong_server(self._base)
            parts.append(part)
        return b"".join(parts)


_OF_A_PROXY: Final = {429: Code.TOO_MANY, 502: Code.UNAVAILABLE, 503: Code.UNAVAILABLE, 504: Code.UNAVAILABLE}


def _problem(answer: _Answer) -> Problem | None:
    """What the server, or a proxy before it, complains of. None: neither speaks like that."""
    try:
        problem = msgspec.json.decode(answer.body, type=Problem)
    except _UNREADABLE:
        code = _OF_A_PROXY.get(answer.status)
        return Problem(code, "", answer.retry_after) if code else None
    return (
        problem if problem.retry_after is not None else msgspec.structs.replace(problem, retry_after=answer.retry_after)
    )
