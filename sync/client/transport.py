"""HTTPS to the server: one kept-alive connection, certificates always checked, tokens renewed once, replies bounded."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from urllib3.exceptions import HTTPError

from nxcrm_desktop.errors import NxcrmError
from sync.client import wire
from sync.client.connections import Bearer, Sockets, new_session
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
OCTETS: Final = "application/octet-stream"
EVENTS: Final = "text/event-stream"
Reply = TypeVar("Reply")
Moved = Callable[[int], None]
"""Told how many bytes of a file were written so far."""
_PART: Final = 64 * 1024
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
            missing = isinstance(error, FileNotFoundError)
            raise NxcrmError(
                "ca_file_unreadable",
                f"There is no file {self.ca_file}."
                if missing
                else f"The file {self.ca_file} holds no certificate that could be read.",
                safe="Nothing was sent.",
                todo="Give the CA file (PEM) that your administrator handed out.",
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    body: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    retry_after: int | None
    body: bytes


class Transport:
    """Calls of the server's API; those of sync are :class:`sync.client.ports.SyncApi`.

    One thread at a time, but for :meth:`close`.
    """

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
        self._sockets = Sockets()
        self._session = new_session(  # proxies lead outside, never back here
            endpoint.context(), self._sockets, through_proxies=not endpoint.is_loopback
        )
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
        """Close the connections, from any thread. Whoever waits for an answer gets NxcrmError server_unreachable."""
        self._sockets.break_all()
        self._session.close()

    def post(self, path: str, message: object, reply: type[Reply], *, signed_in: bool = True) -> Reply:
        """One exchange; ``reply`` is the type of the answer's body.

        ``signed_in``: with the bearer token, renewed and tried again once when it is refused. NxcrmError as
        sync.client.failures tells, and with a code of the server's own.
        """
        return self._decoded(self._exchange(_message(path, message), signed_in), reply)

    def send(self, path: str, message: object, *, signed_in: bool = True) -> None:
        """As :meth:`post`, where the answer says no more than that it was done."""
        self._exchange(_message(path, message), signed_in)

    def patch(self, path: str, piece: bytes, reply: type[Reply]) -> Reply:
        """As :meth:`post`, where what is sent are bytes of a file, as they are."""
        request = _Request("PATCH", path, piece, {"Content-Type": OCTETS})
        return self._decoded(self._exchange(request, signed_in=True), reply)

    def fetch(self, path: str, message: object, media_type: str) -> bytes:
        """As :meth:`post`, where the answer is a small file of this media type; for others see :meth:`download`."""
        return self._exchange(_message(path, message), signed_in=True, media_type=media_type).body

    def download(
        self, path: str, message: object, target: BinaryIO, media_type: str, *, most: int, moved: Moved | None = None
    ) -> int:
        """As :meth:`fetch`, written to ``target`` as it comes: memory stays flat, however long the file is.

        At most ``most`` bytes: NxcrmError server_wrong for more. ``moved`` is called with the bytes written so far;
        what it raises ends the download. Returns how many there are. After an error ``target`` holds a beginning.
        """
        request = _message(path, message)
        request.headers["Accept-Encoding"] = "identity"
        with self._answered(request, signed_in=True) as response:
            self._require_file(response, media_type)
            return self._write(response, target, most, moved)

    def get_range(self, path: str, offset: int, target: BinaryIO, *, most: int, moved: Moved | None = None) -> int:
        """The bytes of a file from ``offset`` on, written to ``target``; otherwise as :meth:`download`.

        What was written before an error is good, and may be gone on from.
        """
        wanted = {"Accept": OCTETS, "Accept-Encoding": "identity", "Range": f"bytes={offset}-"}
        with self._answered(_Request("GET", path, None, wanted), signed_in=True) as response:
            self._require_file(response, OCTETS)
            beginning = f"bytes {offset}-"
            if response.status_code == 206 and not response.headers.get("Content-Range", "").startswith(beginning):
                raise wrong_server(self._base)
            skip = offset if response.status_code == 200 else 0  # a proxy may not know of ranges
            return self._write(response, target, most, moved, skip)

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """The lines of an endless answer (text/event-stream), each as soon as it is there, without its line end.

        NxcrmError as :meth:`post`; server_unreachable also when nothing comes for as long as an answer may take.
        """
        wanted = {"Accept": EVENTS, "Accept-Encoding": "identity", "Cache-Control": "no-store"}
        with self._answered(_Request("GET", path, None, wanted), signed_in=True) as response:
            self._require_file(response, EVENTS)
            yield self._lines(response)

    # ----------------------------------------------------------------------------------------------- one exchange

    def _exchange(self, request: _Request, signed_in: bool, media_type: str = CONTENT_TYPE) -> _Answer:
        with self._answered(request, signed_in) as response:
            answer = self._receive(response)
        self._require_done(answer)
        if answer.body and answer.media_type != media_type:
            raise wrong_server(self._base)  # a page of a guest network, most likely
        return answer

    def _decoded(self, answer: _Answer, reply: type[Reply]) -> Reply:
        try:
            return msgspec.json.decode(answer.body, type=reply)
        except _UNREADABLE as error:
            raise wrong_server(self._base) from error

    def _require_done(self, answer: _Answer) -> None:
        if not 200 <= answer.status < 300:
            problem = _problem(answer)
            raise wrong_server(self._base) if problem is None else from_problem(problem)

    def _require_file(self, response: requests.Response, media_type: str) -> None:
        if not 200 <= response.status_code < 300:
            self._require_done(self._receive(response))
        if _media_type(response) != media_type or response.headers.get("Content-Encoding", "identity") != "identity":
            raise wrong_server(self._base)

    @contextmanager
    def _answered(self, request: _Request, signed_in: bool) -> Iterator[requests.Response]:
        """The answer, its body still to be read. Errors of the network, then or meanwhile, are NxcrmErrors."""
        try:
            with self._ask_signed_in(request) if signed_in else self._ask(request, None) as response:
                yield response
        except (requests.RequestException, HTTPError) as error:
            raise from_exception(error, self._base) from error

    def _ask_signed_in(self, request: _Request) -> requests.Response:
        if self.tokens is None:
            raise from_problem(Problem(Code.UNAUTHENTICATED, ""))
        token = self.tokens.access_token()
        response = self._ask(request, token)
        if response.status_code != 401:
            return response
        with response:
            self._read(response)  # to its end: the connection is used again
        return self._ask(request, self.tokens.renew(token))

    def _ask(self, request: _Request, token: str | None) -> requests.Response:
        response = self._session.request(
            request.method,
            self._base + request.path,
            data=request.body,
            headers=request.headers,
            auth=Bearer(token),
            timeout=self._timeout,
            verify=self._verify,  # given with each call: otherwise REQUESTS_CA_BUNDLE would go before the CA file
            allow_redirects=False,
            stream=True,
        )
        self.bytes_up += len(request.body or b"")
        return response

    def _receive(self, response: requests.Response) -> _Answer:
        try:
            body = wire.unpack(self._read(response), response.headers.get("Content-Encoding", ""))
        except wire.BodyError as error:
            raise wrong_server(self._base) from error
        wait = response.headers.get("Retry-After", "")
        seconds = int(wait) if _SECONDS.fullmatch(wait) else None
        return _Answer(response.status_code, _media_type(response), seconds, body)

    def _read(self, response: requests.Response) -> bytes:
        """The body as sent, read to its end so that the connection can be used again; NxcrmError if it is too long."""
        return b"".join(self._parts(response, wire.MAX_REPLY_BYTES))

    def _write(
        self, response: requests.Response, target: BinaryIO, most: int, moved: Moved | None, skip: int = 0
    ) -> int:
        written = 0
        for part in self._parts(response, most + skip):
            skipped, skip = min(skip, len(part)), max(0, skip - len(part))
            target.write(memoryview(part)[skipped:])
            written += len(part) - skipped
            if moved is not None:
                moved(written)
        return written

    def _lines(self, response: requests.Response) -> Iterator[bytes]:
        rest = b""
        while part := response.raw.read1(_PART):  # what there is: read() would wait until that much has come
            self.bytes_down += len(part)
            *lines, rest = (rest + part).split(b"\n")
            yield from (line.removesuffix(b"\r") for line in lines)
            if len(rest) > _PART:
                raise wrong_server(self._base)

    def _parts(self, response: requests.Response, most: int) -> Iterator[bytes]:
        total = 0
        for part in response.raw.stream(_PART, decode_content=False):
            total += len(part)
            self.bytes_down += len(part)
            if total > most:
                raise wrong_server(self._base)
            yield part


def _message(path: str, message: object) -> _Request:
    body, headers = wire.pack(msgspec.json.encode(message))
    return _Request("POST", path, body, {"Content-Type": CONTENT_TYPE, **headers})


def _media_type(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


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
