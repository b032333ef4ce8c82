"""Hearing of news: real sockets, and whatever proxies do to an answer that does not end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from queue import Empty, Queue

import pytest

from sync.client.live import LiveNews, Retry
from sync.client.transport import Endpoint, Transport

PATIENCE = 10.0
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSED = _HEAD + b"Connection: close\r\n\r\n"
COMMENT = b": here\n\n"
NEWS = b'event: news\ndata: {"seq": 7}\n\n'
SOON = Retry(first=0.01, longest=0.02, proven=1000.0, again=0.01)


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Listener:
    """A server whose every connection the test holds in its hand, once the request was read."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.asked: Queue[tuple[socket.socket, bytes]] = Queue()
        self._all: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self._listening.accept()
            except OSError:
                return
            self._all.append(one)
            request = b""
            while b"\r\n\r\n" not in request and (part := one.recv(65536)):
                request += part
            self.asked.put((one, request))

    def next_connection(self) -> socket.socket:
        return self.asked.get(timeout=PATIENCE)[0]

    def answer(self, *parts: bytes) -> socket.socket:
        """Answers the next connection so far, and leaves it open."""
        one = self.next_connection()
        for part in parts:
            one.sendall(part)
        return one

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(PATIENCE)
        for one in self._all:
            one.close()


class Ring:
    """Always the same token."""

    def access_token(self) -> str:
        return "token"

    def renew(self, refused: str) -> str:
        return f"after {refused}"


class RealClock:
    """Seconds as they pass."""

    def now_ms(self) -> int:
        return 0

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture
def server() -> Iterator[Listener]:
    with closing(Listener()) as made:
        yield made


class Ear:
    """A listening client, and what it told."""

    def __init__(self, url: str, silence: float, retry: Retry) -> None:
        self.news: Queue[None] = Queue()
        self.states: Queue[bool] = Queue()
        self.live = LiveNews(
            lambda: Transport(Endpoint(url, plain_loopback=True), Ring(), timeout=(PATIENCE, silence)),
            news=lambda: self.news.put(None),
            state=self.states.put,
            clock=RealClock(),
            retry=retry,
        )

    def becomes(self, up: bool) -> None:
        assert self.states.get(timeout=PATIENCE) is up

    def hears(self) -> None:
        self.news.get(timeout=PATIENCE)


@contextmanager
def listening(server: Listener, *, silence: float = PATIENCE, retry: Retry = SOON) -> Iterator[Ear]:
    ear = Ear(server.url, silence, retry)
    ear.live.want(True)
    try:
        yield ear
    finally:
        assert ear.live.stop(PATIENCE)
        assert "nxcrm-live" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(("head", "wrap"), [(CHUNKED, chunk), (UNTIL_CLOSED, bytes)], ids=["chunked", "until closed"])
def test_news_is_told_as_it_comes(server: Listener, head: bytes, wrap: Callable[[bytes], bytes]) -> None:
    with listening(server) as ear:
        one = server.answer(head, wrap(COMMENT))
        ear.becomes(up=True)
        assert ear.news.empty()
        one.sendall(wrap(NEWS))
        ear.hears()
        one.sendall(wrap(b"event: news\r\ndata: 8\r\n\r\nevent: scopes\ndata\n\n"))
        ear.hears()
        ear.hears()
        assert ear.states.empty()


def test_an_event_in_pieces_is_one_event(server: Listener) -> None:
    with listening(server) as ear:
        one = server.answer(CHUNKED, chunk(COMMENT))
        for letter in NEWS:
            one.sendall(chunk(bytes([letter])))
        ear.hears()
        one.sendall(chunk(b"event: other\ndata: 1\n\nevent: news\n\n"))  # no data: by the standard, nothing happened
        one.sendall(chunk(NEWS))
        ear.hears()
        assert ear.news.empty()


def test_the_token_goes_along_and_nothing_is_packed(server: Listener) -> None:
    with listening(server):
        _one, request = server.asked.get(timeout=PATIENCE)
    head = request.decode().lower()
    assert head.startswith("get /v1/sync/events http/1.1")
    assert "authorization: bearer token" in head
    assert "accept-encoding: identity" in head


def test_silence_is_the_end_and_it_is_tried_again(server: Listener) -> None:
    with listening(server, silence=0.2) as ear:
        server.answer(CHUNKED, chunk(COMMENT))
        ear.becomes(up=True)
        ear.becomes(up=False)
        server.answer(CHUNKED, chunk(COMMENT))
        ear.becomes(up=True)


def test_a_proxy_that_keeps_the_answer_to_itself_never_counts_as_live(server: Listener) -> None:
    with listening(server, silence=0.2) as ear:
        server.answer(CHUNKED)
        server.next_connection()
        assert ear.states.empty()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi",
        CHUNKED + chunk(b"x" * 100_000),
        CHUNKED + b"nonsense\r\n",
        b"",
    ],
    ids=["absent", "a page", "a line without end", "garbled", "cut"],
)
def test_what_is_no_stream_is_left_in_silence_and_tried_again(server: Listener, answer: bytes) -> None:
    with listening(server) as ear:
        for _ in range(3):
            one = server.answer(answer)
            if not answer:
                one.shutdown(socket.SHUT_RDWR)
        assert ear.news.empty()


def test_attempts_are_spaced_out_more_and_more() -> None:
    retry = Retry()
    waits = [retry.after_failures(n) for n in (1, 2, 3, 7, 8, 10_000)]
    assert all(low <= wait <= 1.2 * low for wait, low in zip(waits, (5, 10, 20, 320, 600, 600), strict=True))


def test_what_the_server_asks_for_is_waited_for(server: Listener) -> None:
    with listening(server) as ear:
        server.answer(b"HTTP/1.1 503 Full\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n")
        with pytest.raises(Empty):
            server.asked.get(timeout=0.3)
        assert ear.states.empty()


def test_a_server_that_ends_every_stream_at_once_is_not_stormed(server: Listener) -> None:
    with listening(server, retry=Retry(first=600, longest=600)) as ear:
        server.answer(CHUNKED, chunk(COMMENT), b"0\r\n\r\n")
        ear.becomes(up=True)
        ear.becomes(up=False)
        with pytest.raises(Empty):
            server.asked.get(timeout=0.3)


def test_one_that_ends_a_stream_that_held_is_asked_again_soon(server: Listener) -> None:
    with listening(server, retry=Retry(first=0.0, longest=600, again=0.01)) as ear:
        server.answer(CHUNKED, chunk(COMMENT), b"0\r\n\r\n")
        ear.becomes(up=True)
        ear.becomes(up=False)
        server.next_connection()


def test_who_is_not_wanted_hangs_up_and_comes_back_when_wanted(server: Listener) -> None:
    with listening(server, retry=Retry(first=600, longest=600)) as ear:
        one = server.answer(CHUNKED, chunk(COMMENT))
        ear.becomes(up=True)
        ear.live.want(False)
        ear.becomes(up=False)
        assert one.recv(1) == b"", "the connection is closed"
        with pytest.raises(Empty):
            server.asked.get(timeout=0.2)
        ear.live.want(True)
        server.next_connection()


def test_stopping_breaks_the_wait_and_leaves_nothing(server: Listener) -> None:
    with listening(server) as ear:
        one = server.answer(CHUNKED, chunk(COMMENT))
        ear.becomes(up=True)
        began = time.monotonic()
        assert ear.live.stop(PATIENCE)
        assert time.monotonic() - began < 2
        assert one.recv(1) == b""


def test_what_was_never_wanted_has_no_thread(server: Listener) -> None:
    ear = Ear(server.url, PATIENCE, SOON)
    assert ear.live.stop(0.0)
    assert server.asked.empty()
