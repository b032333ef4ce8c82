"""Files through the transport: in pieces, from where one left off; and waits that end when the program does."""

from __future__ import annotations

import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import trustme

from nxcrm_desktop.errors import NxcrmError
from sync.client import wire
from sync.client.transport import OCTETS, Endpoint, Transport
from tests.unit.sync_client.web import Answer, Web, serving

pytestmark = pytest.mark.allow_threads(r"process_request_thread")

ZIP = "application/zip"
BYTES = bytes(range(256)) * 1024
MOST = 50 * 1024 * 1024
LONG = 20.0
"""Seconds that nothing here takes unless it waits for the network."""


class Ring:
    """A token source whose first token the server does not like."""

    def access_token(self) -> str:
        return "old"

    def renew(self, refused: str) -> str:
        return f"after {refused}"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def transport(web: Web) -> Iterator[Transport]:
    with closing(to(web.url)) as made:
        yield made


def to(url: str, ca_file: Path | None = None) -> Transport:
    return Transport(Endpoint(url, ca_file, plain_loopback=True), Ring())


class Counter(BytesIO):
    """Takes bytes and keeps none."""

    taken = 0

    def write(self, data: object) -> int:
        many = len(data)  # type: ignore[arg-type]
        self.taken += many
        return many


def test_a_long_file_is_written_as_it_comes(web: Web, transport: Transport) -> None:
    size = 4 * wire.MAX_REPLY_BYTES
    web.told(Answer(body=bytes(size), media_type=ZIP))
    target, seen = Counter(), list[int]()
    tracemalloc.start()
    try:
        assert transport.download("/x", {"a": 1}, target, ZIP, most=size, moved=seen.append) == size
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert target.taken == size
    assert seen == sorted(seen)
    assert seen[-1] == size
    assert peak < 4 * 1024 * 1024
    assert web.asked[0].json == {"a": 1}
    assert transport.bytes_down == size


def test_a_refused_token_leaves_nothing_in_the_file(web: Web, transport: Transport) -> None:
    web.told(Answer(401, b'{"code":"unauthenticated","message":"-"}'), Answer(body=BYTES, media_type=ZIP))
    target = BytesIO()
    transport.download("/x", {}, target, ZIP, most=MOST)
    assert target.getvalue() == BYTES
    assert web.asked[1].headers["authorization"] == "Bearer after old"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(body=b"<html>", media_type="text/html"), "server_wrong"),
        (Answer(body=BYTES, media_type=ZIP, headers={"Content-Encoding": "gzip"}), "server_wrong"),
        (Answer(403, b'{"code":"forbidden","message":"-"}'), "not_allowed"),
        (Answer(429, b"{", headers={"Retry-After": "7"}), "rate_limited"),
    ],
    ids=["html", "packed", "refused", "busy"],
)
def test_what_is_not_the_file_is_not_written(web: Web, transport: Transport, answer: Answer, code: str) -> None:
    web.told(answer)
    target = BytesIO()
    with pytest.raises(NxcrmError) as caught:
        transport.download("/x", {}, target, ZIP, most=MOST)
    assert (caught.value.code, target.getvalue()) == (code, b"")


def test_a_file_without_end_is_left(web: Web, transport: Transport) -> None:
    web.told(Answer(body=BYTES, media_type=ZIP))
    target = BytesIO()
    with pytest.raises(NxcrmError) as caught:
        transport.download("/x", {}, target, ZIP, most=len(BYTES) - 1)
    assert caught.value.code == "server_wrong"
    assert len(target.getvalue()) < len(BYTES)


def test_the_rest_of_a_file(web: Web, transport: Transport) -> None:
    ranged = {"Content-Range": f"bytes 1000-{len(BYTES) - 1}/{len(BYTES)}"}
    web.told(Answer(206, BYTES[1000:], OCTETS, ranged))
    target = BytesIO()
    assert transport.get_range("/x", 1000, target, most=MOST) == len(BYTES) - 1000
    assert target.getvalue() == BYTES[1000:]
    assert web.asked[0].headers["range"] == "bytes=1000-"


def test_a_server_that_sends_all_of_it_again(web: Web, transport: Transport) -> None:
    web.told(Answer(body=BYTES, media_type=OCTETS))
    target = BytesIO()
    assert transport.get_range("/x", 100_000, target, most=len(BYTES)) == len(BYTES) - 100_000
    assert target.getvalue() == BYTES[100_000:]


def test_another_part_than_was_asked_for(web: Web, transport: Transport) -> None:
    web.told(Answer(206, BYTES, OCTETS, {"Content-Range": f"bytes 0-{len(BYTES) - 1}/{len(BYTES)}"}))
    target = BytesIO()
    with pytest.raises(NxcrmError) as caught:
        transport.get_range("/x", 1000, target, most=MOST)
    assert (caught.value.code, target.getvalue()) == ("server_wrong", b"")


def test_what_came_before_a_cut_is_kept(web: Web, transport: Transport) -> None:
    size = str(2 * len(BYTES))
    web.told(Answer(200, BYTES, OCTETS, {"Content-Length": size, "Connection": "close"}))
    target = BytesIO()
    with pytest.raises(NxcrmError) as caught:
        transport.get_range("/x", 0, target, most=MOST)
    assert caught.value.code == "server_unreachable"
    assert BYTES.startswith(target.getvalue())
    assert target.getvalue()


def test_a_piece_is_sent_as_it_is(web: Web, transport: Transport) -> None:
    web.told(Answer(body=b'{"offset":3}'))
    assert transport.patch("/x?offset=0", b"\x00\x01\xff", dict[str, int]) == {"offset": 3}
    assert (web.asked[0].raw, web.asked[0].headers["content-type"]) == (b"\x00\x01\xff", OCTETS)


# ------------------------------------------------------------------------------------------------- waits that must end


def _closed_while_waiting(transport: Transport, waits: threading.Event) -> tuple[NxcrmError, float]:
    """The error of a call under whose feet the transport is closed, and the seconds that took."""
    caught: list[NxcrmError] = []

    def ask() -> None:
        with pytest.raises(NxcrmError) as error:
            transport.post("/x", {}, dict, signed_in=False)
        caught.append(error.value)

    thread = threading.Thread(target=ask)
    thread.start()
    assert waits.wait(LONG)
    began = time.monotonic()
    transport.close()
    thread.join(LONG)
    assert not thread.is_alive()
    return caught[0], time.monotonic() - began


class Silent:
    """A listener that takes what comes and says nothing. ``reached`` once ``least`` bytes have come."""

    def __init__(self, least: int, tls: ssl.SSLContext | None = None) -> None:
        self.reached = threading.Event()
        self._least, self._tls = least, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def _take(self) -> None:
        accepted, _ = self._listener.accept()
        one = self._tls.wrap_socket(accepted, server_side=True) if self._tls else accepted
        with one:
            taken = 0
            while part := one.recv(65536):
                taken += len(part)
                if taken >= self._least:
                    self.reached.set()

    def close(self) -> None:
        self._thread.join(LONG)
        assert not self._thread.is_alive(), "the connection was not closed"
        self._listener.close()


def test_closing_ends_a_wait_for_an_answer() -> None:
    with closing(Silent(20)) as server:
        error, seconds = _closed_while_waiting(to(f"http://127.0.0.1:{server.port}"), server.reached)
    assert (error.code, seconds < 2) == ("server_unreachable", True)


def test_closing_ends_a_wait_for_an_answer_over_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with closing(Silent(20, tls)) as server:
        transport = to(f"https://127.0.0.1:{server.port}", tmp_path / "ca.pem")
        error, seconds = _closed_while_waiting(transport, server.reached)
    assert (error.code, seconds < 2) == ("server_unreachable", True)


def test_closing_ends_a_wait_for_a_handshake() -> None:
    with closing(Silent(100)) as server:  # the greeting of TLS is longer than that; it is never answered
        error, seconds = _closed_while_waiting(to(f"https://127.0.0.1:{server.port}"), server.reached)
    assert (error.code, seconds < 2) == ("server_unreachable", True)


def test_closing_ends_a_wait_for_a_connection() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        taken = [socket.socket() for _ in range(4)]
        for one in taken:  # the queue of connections not yet accepted is full: the next one gets no answer
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        connecting = threading.Event()
        transport = to(f"http://127.0.0.1:{full.getsockname()[1]}")
        watch = transport._sockets.add
        transport._sockets.add = lambda one: (watch(one), connecting.set())[0]  # type: ignore[method-assign,func-returns-value]
        error, seconds = _closed_while_waiting(transport, connecting)
        for one in taken:
            one.close()
    assert (error.code, seconds < 2) == ("server_unreachable", True)


def test_a_closed_transport_opens_nothing_more(web: Web) -> None:
    transport = to(web.url)
    transport.close()
    with pytest.raises(NxcrmError) as caught:
        transport.post("/x", {}, dict, signed_in=False)
    assert caught.value.code == "server_unreachable"
    assert web.connections == 0
