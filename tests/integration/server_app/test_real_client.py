"""The product's own client against the product's own server: both keep to one protocol."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from sync.client.auth import Session, enrol, tokens_of
from sync.client.ports import Tokens
from sync.client.transport import Endpoint, Transport
from sync.protocol.auth import Enrol, NewDevice
from sync.protocol.messages import PROTOCOL, Hello
from sync.server.services.devices import Devices
from tests.helpers.server import PASSWORD, ServerHandle


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return now_ms()

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()


class Vault:
    """Tokens in memory."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens: Tokens | None = tokens

    def load(self) -> Tokens | None:
        """What was saved last."""
        return self.tokens

    def save(self, tokens: Tokens | None) -> None:
        """Keeps them."""
        self.tokens = tokens


@pytest.fixture
def transport(server: ServerHandle) -> Iterator[Transport]:
    """A client's connection to the server, by its own authority."""
    made = Transport(Endpoint(server.url, server.ca_file))
    yield made
    made.close()


def _code(call: object) -> str:
    with pytest.raises(NxcrmError) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


def test_a_client_enrols_refreshes_signs_in_and_out(server: ServerHandle, transport: Transport) -> None:
    password, _ = server.add_user("client")
    key = DeviceKey.generate()
    wanted = NewDevice("Laptop", "Linux", key.public, "keyring")
    request = Enrol("client", password, server.otp("client"), wanted)
    assert _code(lambda: enrol(transport, request)) == "password_change_required"
    told = enrol(transport, Enrol("client", password, server.otp("client"), wanted, PASSWORD))
    vault = Vault(tokens_of(told))
    session = Session(transport, vault, key, told.device_id, SystemClock())
    transport.tokens = session
    hello = Hello(told.device_id, [PROTOCOL], SCHEMA_VERSION)
    assert transport.hello(hello).user_id == told.user_id
    assert session.renew(session.access_token()) == session.access_token() != told.access_token
    assert transport.hello(hello).applied_n == 0
    session.sign_in("client", PASSWORD, server.otp("client"))
    assert transport.hello(hello).role == "sales"
    session.sign_out()
    assert _code(lambda: transport.hello(hello)) == "sign_in_needed"
    session.sign_in("client", PASSWORD, server.otp("client"))
    Devices(server.context).revoke(told.device_id)
    assert _code(lambda: transport.hello(hello)) == "device_revoked"
    assert _code(lambda: session.sign_in("client", PASSWORD, server.otp("client"))) == "device_revoked"
