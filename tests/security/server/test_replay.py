"""Using once what may be used once: one-time codes, recovery codes, refresh tokens. In turn, and at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from nxcrm_desktop.security import totp
from sync.server.store.accounts_tables import REFRESH_TOKEN
from sync.server.store.engine import write_transaction
from tests.helpers.server import Device, ServerHandle, running_server
from tests.security.server.conftest import NewDevice


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server on either database; on PostgreSQL with two workers."""
    folder = tmp_path_factory.mktemp("replay")
    if request.param == "sqlite":
        with running_server(folder) as running:
            yield running
        return
    from tests.helpers import postgres

    cluster = request.getfixturevalue("pg_cluster")
    with postgres.database(cluster) as url, running_server(folder, database=url, workers=2) as running:
        yield running


def _hello(device: Device) -> int:
    message = {"device": device.id, "protocols": [1], "schema": 1}
    return device.post("/v1/sync/hello", message).status_code


def test_of_parallel_uses_of_one_code_one_wins(enrolled: Device) -> None:
    otp = enrolled.server.otp(enrolled.account.username)
    replies = enrolled.server.at_once([lambda: enrolled.sign_in(otp=otp)] * 5)
    assert sorted(reply.status_code for reply in replies) == [200, 401, 401, 401, 401]


def test_a_code_is_good_once_and_an_older_one_not_after_it(enrolled: Device) -> None:
    enrolled.server.forget_codes(enrolled.account.username)
    secret = parse_qs(urlsplit(enrolled.account.totp_uri).query)["secret"][0]
    earlier, later = (totp.code_at(secret, time.time() + ahead) for ahead in (0, totp.STEP_SECONDS))
    assert enrolled.sign_in(otp=later).ok
    assert enrolled.sign_in(otp=later).status_code == 401
    assert enrolled.sign_in(otp=earlier).status_code == 401


def test_of_parallel_uses_of_one_recovery_code_one_wins(server: ServerHandle) -> None:
    server.add_user("careless")
    device = server.device("careless")
    code = device.enrol().json()["recovery_codes"][0]
    replies = server.at_once([lambda: device.sign_in(otp=code)] * 4)
    assert sorted(reply.status_code for reply in replies) == [200, 401, 401, 401]


def test_a_reused_refresh_token_ends_the_family(enrolled: Device) -> None:
    stolen = enrolled.refresh_token
    assert enrolled.refresh().ok
    assert _hello(enrolled) == 200
    assert enrolled.refresh(stolen).status_code == 401
    assert enrolled.refresh().status_code == 401
    assert _hello(enrolled) == 401
    assert enrolled.sign_in().ok


def _some_time_ago(device: Device, seconds: int) -> None:
    """The refresh tokens of the device were last used so long ago."""
    with write_transaction(device.server.context.engine) as connection:
        connection.execute(update(REFRESH_TOKEN).values(used_at=REFRESH_TOKEN.c.used_at - seconds * 1000))


def _lost_refresh(device: Device) -> str:
    """The token that was used while the reply to it was lost."""
    token = device.refresh_token
    assert device.post("/v1/auth/refresh", device.proof(token)).ok
    return token


def test_a_refresh_whose_reply_was_lost_may_be_asked_for_again_once(enrolled: Device) -> None:
    token = enrolled.refresh_token
    lost = enrolled.post("/v1/auth/refresh", enrolled.proof(token)).json()
    _some_time_ago(enrolled, 30)
    assert enrolled.refresh(token).ok
    assert _hello(enrolled) == 200
    fresh = enrolled.access_token
    enrolled.access_token = lost["access_token"]
    assert _hello(enrolled) == 401, "what was lost is void"
    enrolled.access_token = fresh
    assert enrolled.refresh(token).status_code == 401, "a third time it betrays"
    assert _hello(enrolled) == 401


@pytest.mark.parametrize("used", ["access", "refresh"])
def test_a_lost_reply_that_somebody_used_betrays_the_theft(enrolled: Device, used: str) -> None:
    token = enrolled.refresh_token
    assert enrolled.refresh().ok
    if used == "access":
        assert _hello(enrolled) == 200
    else:
        assert enrolled.refresh().ok
    _some_time_ago(enrolled, 30)
    assert enrolled.refresh(token).status_code == 401
    assert _hello(enrolled) == 401
    assert enrolled.refresh().status_code == 401


def test_whoever_comes_with_a_reply_that_was_taken_for_lost_betrays_two_parties(enrolled: Device) -> None:
    """A thief asks once more for what the laptop has just been given, before it was used: both end, nobody goes on."""
    token = enrolled.refresh_token
    given = enrolled.post("/v1/auth/refresh", enrolled.proof(token)).json()
    _some_time_ago(enrolled, 30)
    assert enrolled.refresh(token).ok
    assert _hello(enrolled) == 200, "the thief's"
    thief = enrolled.refresh_token
    assert enrolled.refresh(given["refresh_token"]).status_code == 401, "the laptop's"
    assert _hello(enrolled) == 401, "the theft is seen"
    assert enrolled.refresh(thief).status_code == 401


def test_a_lost_reply_is_not_waited_for_for_ever(enrolled: Device) -> None:
    token = _lost_refresh(enrolled)
    _some_time_ago(enrolled, 3600 + 60)
    assert enrolled.refresh(token).status_code == 401


def test_of_parallel_refreshes_with_one_token_one_wins_and_all_lose(enrolled: Device) -> None:
    token = enrolled.refresh_token
    replies = enrolled.server.at_once([lambda: enrolled.refresh(token)] * 4)
    assert sorted(reply.status_code for reply in replies) == [200, 401, 401, 401]
    assert enrolled.refresh().status_code == 401


def test_a_refresh_token_is_nothing_without_the_device(enrolled: Device) -> None:
    thief = enrolled.server.device(enrolled.account.username)
    thief.id = enrolled.id
    assert thief.refresh(enrolled.refresh_token).status_code == 401
    assert enrolled.post("/v1/auth/refresh", enrolled.proof("x" * 43)).status_code == 401
    assert enrolled.refresh().ok


def test_parallel_guesses_are_counted_too(new_device: NewDevice) -> None:
    device = new_device()
    replies = device.server.at_once([partial(device.enrol, password=f"guess {n}", otp="000000") for n in range(12)])
    assert sorted(reply.status_code for reply in replies) == [401] * 5 + [429] * 7
