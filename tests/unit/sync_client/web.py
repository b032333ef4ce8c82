"""A web server on loopback that answers as it is told and remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import zstandard

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """One answer; the last one told is given again and again."""

    status: int = 200
    body: bytes = b"{}"
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request as it came; ``json`` is its unpacked body."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        packed = self.headers.get("content-encoding") == "zstd"
        return msgspec.json.decode(zstandard.decompress(self.raw) if packed else self.raw)


class Web:
    """``answers`` are given in turn; ``asked`` and ``connections`` are what came."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [Answer()]
        self.asked: list[Asked] = []
        self.connections = 0
        self.url = ""

    def told(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            web.connections += 1

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        do_PATCH = do_POST

        def _answer(self, raw: bytes) -> None:
            web.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, raw))
            answer = web.next_answer()
            self.send_response(answer.status)
            usual = {"Content-Type": answer.media_type, "Content-Length": str(len(answer.body))}
            for name, value in (usual | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that hangs up on us is what half of these tests are about."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """A running web server, with TLS if a context is given."""
    web = Web()
    server = _Quiet(("127.0.0.1", 0), _handler(web))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    web.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="test-web")
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
