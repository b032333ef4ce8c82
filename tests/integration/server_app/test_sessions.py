"""Every call is judged by the state that device and user have at that moment."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.security import lease
from sync.protocol.messages import PROTOCOL
from sync.server.services.devices import Devices
from sync.server.services.staff import Staff
from sync.server.store.accounts import change_device
from sync.server.store.engine import write_transaction
from tests.helpers.server import Device, ServerHandle
from tests.integration.server_app.conftest import NewDevice


def hello(device: Device, **headers: str) -> requests.Response:
    """Says hello as the device."""
    message: dict[str, Any] = {"device": device.id, "protocols": [PROTOCOL], "schema": SCHEMA_VERSION}
    return device.post("/v1/sync/hello", message, **headers)


def refused(reply: requests.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return reply.status_code, reply.json()["code"]


@pytest.fixture
def device(new_device: NewDevice) -> Device:
    """An enrolled device of a sales executive."""
    made = new_device()
    assert made.enrol().ok
    return made


def test_a_signed_in_device_is_known_with_its_role_and_lease(device: Device, server: ServerHandle) -> None:
    told = hello(device).json()
    assert (told["user_id"], told["role"]) == (device.account.user_id, "sales")
    key = server.context.keys.public
    given = lease.verify(told["lease"], device=device.id, user=told["user_id"], pinned_key=key)
    assert list(given.scopes) == told["scopes"]


def test_a_device_was_last_seen_when_it_last_synchronised(device: Device, server: ServerHandle) -> None:
    with write_transaction(server.context.engine) as connection:
        change_device(connection, device.id, {"last_seen_at": 0})
    assert hello(device).ok
    (known,) = (row for row in Devices(server.context).everything() if row["id"] == device.id)
    assert known["last_seen_at"] >= known["enrolled_at"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic cm9vdDpyb290", "Bearer " + "é" * 3])
def test_without_a_good_token_nothing_is_done(device: Device, header: str) -> None:
    reply = hello(device, Authorization=header.encode("latin-1").decode("latin-1"))
    assert refused(reply) == (401, "unauthenticated")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_device_is_told_at_its_next_call(device: Device, server: ServerHandle) -> None:
    Devices(server.context).revoke(device.id)
    assert refused(hello(device)) == (403, "device_revoked")


def test_a_disabled_user_is_out_at_the_next_call(device: Device, server: ServerHandle) -> None:
    Staff(server.context).set_active(device.account.username, active=False)
    assert refused(hello(device)) == (403, "account_disabled")


def test_a_new_role_holds_from_the_next_call(device: Device, server: ServerHandle) -> None:
    Staff(server.context).set_role(device.account.username, Role.MANAGER)
    assert hello(device).json()["role"] == "manager"


def test_signing_out_ends_the_access_token_too(device: Device) -> None:
    assert device.sign_out().status_code == 204
    assert refused(hello(device)) == (401, "unauthenticated")


def test_signing_in_again_ends_the_earlier_session(device: Device) -> None:
    earlier = device.access_token
    assert device.sign_in().ok
    assert refused(hello(device, Authorization=f"Bearer {earlier}")) == (401, "unauthenticated")
    assert hello(device).ok


def test_no_device_speaks_for_another(device: Device, new_device: NewDevice) -> None:
    other = new_device()
    other.enrol()
    own, device.id = device.id, other.id
    assert refused(hello(device))[0] == 403
    device.id = own
    assert hello(device).ok


def test_the_present_session_survives_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.helpers.server import running_server

    with running_server(tmp_path_factory.mktemp("restart")) as server:
        device = server.device("root")
        device.enrol()
        url = server.url
        server.stop()
        server.start()
        assert server.url == url
        assert hello(device).ok
        server.kill()
        server.start()
        assert hello(device).ok
