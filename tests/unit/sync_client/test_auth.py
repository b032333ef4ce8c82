"""Tokens: renewed before they run out, renewed once by however many ask, bound to the device's key, never lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from sync.client.auth import Session, enrol, tokens_of
from sync.client.ports import Tokens
from sync.client.transport import Endpoint, Transport
from sync.protocol import auth
from sync.protocol.messages import Problem
from tests.unit.sync_client.memory import DEVICE, ManualClock
from tests.unit.sync_client.web import Answer, Web, serving

pytestmark = pytest.mark.allow_threads(r"process_request_thread")

SIGNED_IN = auth.Session(
    DEVICE, "u", "Asha", "sales", "access-9", 2**50, "refresh-9", auth.Policy(True, 12, 7), "lease", "00" * 32
)
REQUEST = auth.Enrol("asha", "temporary", "123456", auth.NewDevice("Laptop", "linux", "00" * 32, "password"), "new")


class Drawer:
    """Keeps tokens in memory."""

    def __init__(self, tokens: Tokens | None) -> None:
        self.tokens = tokens

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens | None) -> None:
        self.tokens = tokens


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def transport(web: Web) -> Iterator[Transport]:
    with closing(Transport(Endpoint(web.url, plain_loopback=True))) as made:
        yield made


class Desk:
    """A signed-in device whose access token runs out in five minutes."""

    def __init__(self, transport: Transport) -> None:
        self.clock = ManualClock()
        self.key = DeviceKey.generate()
        self.first = Tokens("access-1", self.clock.now_ms() + 300_000, "refresh-1")
        self.drawer = Drawer(self.first)
        self.session = Session(transport, self.drawer, self.key, DEVICE, self.clock)

    def next_pair(self) -> Answer:
        return Answer(body=msgspec.json.encode(auth.TokenPair("access-2", self.clock.now_ms() + 600_000, "refresh-2")))


@pytest.fixture
def desk(transport: Transport) -> Desk:
    return Desk(transport)


def refusal(status: int, code: str) -> Answer:
    return Answer(status, msgspec.json.encode(Problem(code, "No.")))


def verified(desk: Desk, signature: str, message: str) -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(desk.key.public))
    key.verify(bytes.fromhex(signature), message.encode())


def test_a_fresh_token_needs_no_call(desk: Desk, web: Web) -> None:
    assert desk.session.access_token() == "access-1"
    assert web.asked == []


def test_a_token_about_to_run_out_is_renewed_first(desk: Desk, web: Web) -> None:
    desk.clock.seconds += 271
    web.told(desk.next_pair())
    assert desk.session.access_token() == "access-2"
    assert desk.drawer.tokens is not None
    assert desk.drawer.tokens.refresh_token == "refresh-2"
    asked = web.asked[0].json
    assert (web.asked[0].path, asked["refresh_token"], asked["device_id"]) == ("/v1/auth/refresh", "refresh-1", DEVICE)
    verified(desk, asked["signature"], f"nxcrm-refresh|{DEVICE}|refresh-1")
    assert desk.session.access_token() == "access-2"
    assert len(web.asked) == 1


def test_a_refused_token_is_renewed_once_by_however_many_ask(desk: Desk, web: Web) -> None:
    web.told(desk.next_pair(), refusal(401, "bad_credentials"))
    together = threading.Barrier(4)

    def renew(_: int) -> str:
        together.wait()
        return desk.session.renew("access-1")

    with ThreadPoolExecutor(4, thread_name_prefix="test-renew") as pool:
        assert list(pool.map(renew, range(4))) == ["access-2"] * 4
    assert len(web.asked) == 1


@pytest.mark.parametrize("code", ["bad_credentials", "unauthenticated"])
def test_a_refused_refresh_asks_for_a_sign_in(desk: Desk, web: Web, code: str) -> None:
    web.told(refusal(401, code))
    for _ in range(2):
        with pytest.raises(NxcrmError) as caught:
            desk.session.renew("access-1")
        assert caught.value.code == "sign_in_needed"
    assert desk.drawer.load() is None
    assert len(web.asked) == 1, "without tokens there is nothing to ask the server for"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(refusal(503, "unavailable"), "server_unavailable"), (refusal(403, "device_revoked"), "device_revoked")],
)
def test_tokens_are_kept_when_the_server_does_not_judge_them(desk: Desk, web: Web, answer: Answer, code: str) -> None:
    web.told(answer)
    with pytest.raises(NxcrmError) as caught:
        desk.session.renew("access-1")
    assert caught.value.code == code
    assert desk.drawer.load() == desk.first


def test_signing_in_again(desk: Desk, web: Web) -> None:
    desk.drawer.save(None)
    web.told(Answer(body=msgspec.json.encode(SIGNED_IN)))
    assert desk.session.sign_in("asha", "correct horse", "123456").lease == "lease"
    asked = web.asked[0].json
    assert (asked["user"], asked["password"], asked["otp"]) == ("asha", "correct horse", "123456")
    verified(desk, asked["signature"], f"nxcrm-sign-in|{DEVICE}|123456")
    assert desk.drawer.tokens == tokens_of(SIGNED_IN)
    assert desk.session.access_token() == "access-9"


def test_signing_out_forgets_only_when_the_server_did(desk: Desk, web: Web) -> None:
    web.told(refusal(503, "unavailable"), Answer(204, b""))
    with pytest.raises(NxcrmError):
        desk.session.sign_out()
    assert desk.drawer.load() == desk.first
    desk.session.sign_out()
    assert desk.drawer.load() is None
    assert web.asked[1].json["refresh_token"] == "refresh-1"
    desk.session.sign_out()
    assert len(web.asked) == 2


def test_enrolling_sends_no_token_and_returns_who_it_is_for(transport: Transport, web: Web) -> None:
    web.told(Answer(body=msgspec.json.encode(SIGNED_IN)))
    assert enrol(transport, REQUEST) == SIGNED_IN
    assert "authorization" not in web.asked[0].headers
    assert msgspec.convert(web.asked[0].json, auth.Enrol) == REQUEST


def test_a_refused_enrolment_keeps_the_servers_words(transport: Transport, web: Web) -> None:
    web.told(refusal(401, "bad_credentials"))
    with pytest.raises(NxcrmError) as caught:
        enrol(transport, REQUEST)
    assert (caught.value.code, caught.value.happened) == ("bad_credentials", "No.")
