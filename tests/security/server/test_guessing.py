"""Guessing user names, passwords and codes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import requests

from sync.server.services.staff import Staff
from sync.server.services.throttle import network
from tests.helpers.server import Device, ServerHandle
from tests.security.server.conftest import NewDevice


def test_every_wrong_guess_has_the_same_answer(server: ServerHandle, new_device: NewDevice) -> None:
    device, gone = new_device(), new_device()
    Staff(server.context).set_active(gone.account.username, active=False)
    used = server.otp(device.account.username)
    assert device.enrol(otp=used).ok
    good = server.otp(device.account.username)
    answers = [
        device.enrol(user="nobody", otp=good, new_password=None),
        device.enrol(password="wrong horse", otp=good, new_password=None),
        device.enrol(otp="000000", new_password=None),
        device.enrol(otp="not a code", new_password=None),
        device.enrol(otp=used, new_password=None),
        gone.enrol(),
        device.sign_in(otp=good, device_id="00000000-0000-7000-8000-000000000000"),
    ]
    assert {(a.status_code, a.content) for a in answers} == {(401, answers[0].content)}
    assert answers[0].json()["code"] == "bad_credentials"
    assert len({tuple(sorted(a.headers)) for a in answers}) == 1


def _seconds(ask: Callable[[], requests.Response]) -> float:
    began = time.perf_counter()
    assert ask().status_code == 401
    return time.perf_counter() - began


def test_an_unknown_user_takes_as_long(server: ServerHandle, new_device: NewDevice) -> None:
    known = [new_device() for _ in range(3)]
    stranger = known[0]
    wrong: dict[str, Any] = {"password": "wrong horse", "otp": "000000", "new_password": None}
    for_known = [_seconds(partial(device.enrol, **wrong)) for device in known for _ in range(2)]
    for_unknown = [_seconds(partial(stranger.enrol, user=f"nobody{n}", **wrong)) for n in range(6)]
    # The hash takes some 100 ms; skipping it would make one answer many times faster than the other.
    assert 0.4 < statistics.median(for_unknown) / statistics.median(for_known) < 2.5


def test_guesses_are_slowed_and_the_wait_is_told(new_device: NewDevice) -> None:
    device = new_device()
    replies = [device.enrol(password=f"guess {n}") for n in range(8)]
    assert [reply.status_code for reply in replies] == [401] * 5 + [429] * 3
    throttled = replies[-1]
    assert throttled.json()["code"] == "throttled"
    assert 0 < int(throttled.headers["Retry-After"]) == throttled.json()["retry_after"] <= 15
    assert device.enrol().status_code == 429


def test_an_attacker_does_not_lock_the_user_out(enrolled: Device) -> None:
    attacker = enrolled.server.device(enrolled.account.username)
    while attacker.enrol(password="guess", otp="000000").status_code != 429:
        pass
    assert enrolled.sign_in().ok
    assert enrolled.refresh().ok


def test_a_right_sign_in_is_not_counted(enrolled: Device) -> None:
    for _ in range(7):
        assert enrolled.sign_in().ok


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_one_subscriber_is_one_address(address: str, counted: str) -> None:
    assert network(address) == counted
