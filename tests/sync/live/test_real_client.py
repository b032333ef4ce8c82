"""The product's own listener against the product's own server, on both databases."""

from __future__ import annotations

import time
from queue import Queue

from sync.client.live import TIMEOUT, LiveNews
from sync.client.transport import Endpoint, Transport
from tests.helpers.devices import RealClock
from tests.helpers.server import ServerHandle
from tests.sync.live.conftest import NewDevice, put_lead


class _Token:
    """The token of a device that is signed in."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self) -> str:
        return self._token

    def renew(self, refused: str) -> str:
        raise AssertionError(f"{refused} is good")


def test_the_laptop_hears_within_a_second_and_again_after_a_restart(server: ServerHandle, enrolled: NewDevice) -> None:
    other, device = enrolled(), enrolled()
    heard: Queue[str] = Queue()

    def connect() -> Transport:
        return Transport(Endpoint(server.url, server.ca_file), _Token(device.access_token), timeout=TIMEOUT)

    listening = LiveNews(
        connect,
        news=lambda: heard.put("news"),
        state=lambda up: heard.put("up" if up else "down"),
        clock=RealClock(),
    )
    listening.want(True)
    try:
        assert heard.get(timeout=20) == "up"
        put_lead(server, other)
        put_lead(server, device)
        written = time.monotonic()
        assert heard.get(timeout=20) == "news"
        assert time.monotonic() - written < 1
        server.stop()
        assert heard.get(timeout=20) == "down"
        server.start()
        put_lead(server, device)
        assert {heard.get(timeout=40), heard.get(timeout=40)} == {"up", "news"}
    finally:
        assert listening.stop(10)
