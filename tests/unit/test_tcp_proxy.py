"""The proxy of the tests does to connections what it says, byte for byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.helpers.tcp_proxy import TcpProxy, Weather, proxy_before


def _echo(listener: socket.socket) -> None:
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        with peer:
            try:
                while data := peer.recv(65536):
                    peer.sendall(data)
            except OSError:
                continue


@pytest.fixture
def proxy() -> Iterator[TcpProxy]:
    """Before a server that sends back what it is sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_echo, args=(listener,))
        thread.start()
        with proxy_before(f"http://127.0.0.1:{listener.getsockname()[1]}") as made:
            yield made
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def connected(proxy: TcpProxy) -> socket.socket:
    """A new connection."""
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def received(peer: socket.socket, size: int) -> bytes:
    """What comes until so many bytes are there or the connection ends."""
    data = b""
    try:
        while len(data) < size and (part := peer.recv(65536)):
            data += part
    except ConnectionResetError:
        pass
    return data


def test_it_carries_everything_both_ways(proxy: TcpProxy) -> None:
    body = bytes(range(256)) * 4000
    with connected(proxy) as peer:
        threading.Thread(target=peer.sendall, args=(body,)).start()
        assert received(peer, len(body)) == body
    assert proxy.requests.carried == proxy.replies.carried == len(body)


def test_it_cuts_after_so_many_bytes_in_either_direction(proxy: TcpProxy) -> None:
    for lane, through in ((proxy.requests, 3), (proxy.replies, 5)):
        lane.cut_after(through)
        with connected(proxy) as peer:
            peer.sendall(b"0123456789")
            assert received(peer, 10) == b"0123456789"[: 0 if lane is proxy.requests else through]
    with connected(proxy) as peer:
        peer.sendall(b"again")
        assert received(peer, 5) == b"again"


def test_it_flips_one_bit_of_one_byte(proxy: TcpProxy) -> None:
    proxy.replies.corrupt_after(2)
    with connected(proxy) as peer:
        peer.sendall(b"aaaa")
        assert received(peer, 4) == b"aaAa"


def test_it_withholds_until_told(proxy: TcpProxy) -> None:
    proxy.replies.hold()
    with connected(proxy) as peer:
        peer.sendall(b"late")
        assert proxy.replies.held.wait(5)
        proxy.replies.release()
        assert received(peer, 4) == b"late"


def test_it_refuses_and_listens_again_on_the_same_port(proxy: TcpProxy) -> None:
    with connected(proxy) as peer:
        peer.sendall(b"x")
        assert received(peer, 1) == b"x"
        proxy.refuse()
        assert received(peer, 1) == b""
    with pytest.raises(ConnectionRefusedError):
        connected(proxy)
    proxy.accept()
    with connected(proxy) as peer:
        peer.sendall(b"back")
        assert received(peer, 4) == b"back"


def test_a_half_open_connection_is_accepted_and_never_answered(proxy: TcpProxy) -> None:
    proxy.deaf = True
    with connected(proxy) as peer:
        peer.settimeout(0.2)
        peer.sendall(b"hello?")
        with pytest.raises(TimeoutError):
            peer.recv(1)


def test_the_same_seed_makes_the_same_weather(proxy: TcpProxy) -> None:
    drawn = []
    for seed in (7, 7, 8):
        proxy.weather = weather = Weather(seed, bad=0.9)
        for _ in range(12):
            with suppress(OSError), connected(proxy) as peer:
                peer.sendall(b"x")
                received(peer, 1)
        proxy.calm()
        drawn.append(weather.drawn)
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 12
