"""Enrolling, signing in, refreshing and leaving, against a real process over TLS."""

from __future__ import annotations

import time

import pytest
import trustme

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.security import lease
from sync.protocol.messages import Problem
from sync.server.config import OrgPolicy
from sync.server.services.devices import Devices
from sync.server.services.staff import Staff
from tests.helpers.server import PASSWORD, ServerHandle
from tests.integration.server_app.conftest import NewDevice


def code(reply: object) -> str:
    """The code of a problem reply."""
    told = reply.json()  # type: ignore[attr-defined]
    assert set(told) == set(Problem.__struct_fields__)
    return str(told["code"])


def test_enrolment_gives_a_session_and_a_lease(server: ServerHandle, new_device: NewDevice) -> None:
    device = new_device(Role.MANAGER)
    reply = device.enrol()
    assert reply.status_code == 200, reply.text
    told = reply.json()
    assert (told["role"], told["must_change_password"]) == ("manager", False)
    assert told["policy"] == {"password_only_devices": True, "min_password_length": 12, "offline_days": 7}
    given = lease.verify(told["lease"], device=told["device_id"], user=told["user_id"], pinned_key=told["lease_key"])
    assert given.role == "manager"
    assert given.expires_ms - given.issued_ms == 7 * 24 * 3600 * 1000
    assert abs(told["access_expires_ms"] / 1000 - time.time() - 15 * 60) < 60
    assert reply.headers["Cache-Control"] == "no-store"


def test_temporary_password_opens_nothing_and_costs_no_code(new_device: NewDevice, server: ServerHandle) -> None:
    device = new_device()
    otp = server.otp(device.account.username)
    refused = device.enrol(otp=otp, new_password=None)
    assert (refused.status_code, code(refused)) == (403, "password_change_required")
    assert device.enrol(otp=otp).status_code == 200


@pytest.mark.parametrize("password", ["short", "password1234", "Sundar Motors 2026!", "aaaaaaaaaaaaaaaaaaaa"])
def test_weak_password_is_refused(new_device: NewDevice, password: str) -> None:
    refused = new_device().enrol(new_password=password)
    assert (refused.status_code, code(refused)) == (422, "weak_password")


def test_the_temporary_password_is_no_new_password(new_device: NewDevice) -> None:
    device = new_device()
    refused = device.enrol(new_password=device.account.temporary_password)
    assert code(refused) == "weak_password"


def test_device_without_keyring_needs_a_longer_password(new_device: NewDevice) -> None:
    device = new_device()
    refused = device.enrol(new_password="xq7-vbn-ktpl", device={"key_protection": "password"})
    assert code(refused) == "weak_password"
    told = device.enrol(device={"key_protection": "password"}).json()
    assert told["policy"]["min_password_length"] == 14


def test_recovery_codes_come_once_and_work_once(new_device: NewDevice, server: ServerHandle) -> None:
    device = new_device()
    codes = device.enrol().json()["recovery_codes"]
    assert len(set(codes)) == 10
    another = server.device(device.account.username)
    assert another.enrol(otp=codes[0].upper(), new_password=None, password=PASSWORD).json()["recovery_codes"] == []
    assert code(server.device(device.account.username).enrol(otp=codes[0], new_password=None)) == "bad_credentials"


def test_signing_in_again_and_out(new_device: NewDevice) -> None:
    device = new_device()
    device.enrol()
    assert device.sign_in().status_code == 200
    assert device.refresh().status_code == 200
    assert device.sign_out().status_code == 204
    assert code(device.refresh()) == "unauthenticated"


def test_a_sign_in_needs_the_key_of_the_device(new_device: NewDevice) -> None:
    device, other = new_device(), new_device()
    device.enrol()
    other.enrol()
    device.key = other.key
    refused = device.sign_in()
    assert (refused.status_code, code(refused)) == (401, "bad_credentials")


def test_a_sign_in_needs_the_user_of_the_device(new_device: NewDevice) -> None:
    device, other = new_device(), new_device()
    device.enrol()
    other.enrol()
    device.account = other.account
    assert code(device.sign_in()) == "bad_credentials"


def test_a_device_id_is_not_taken_over(new_device: NewDevice) -> None:
    device, thief = new_device(), new_device()
    device.enrol()
    refused = thief.enrol(device={"id": device.id})
    assert (refused.status_code, code(refused)) == (409, "device_exists")


def test_enrolling_a_device_again_keeps_its_id(new_device: NewDevice) -> None:
    device = new_device()
    device.enrol()
    known = device.id
    assert device.enrol(device={"id": known}, new_password=None).json()["device_id"] == known


def test_disabled_user_is_out_at_once(new_device: NewDevice, server: ServerHandle) -> None:
    device = new_device()
    device.enrol()
    Staff(server.context).set_active(device.account.username, active=False)
    refused = device.refresh()
    assert (refused.status_code, code(refused)) == (403, "account_disabled")
    assert code(device.sign_in()) == "bad_credentials"
    Staff(server.context).set_active(device.account.username, active=True)
    assert device.sign_in().status_code == 200


def test_revoked_device_is_told_so(new_device: NewDevice, server: ServerHandle) -> None:
    device = new_device()
    device.enrol()
    Devices(server.context).revoke(device.id)
    for refused in (device.refresh(), device.sign_in(), device.enrol(device={"id": device.id}, new_password=None)):
        assert (refused.status_code, code(refused)) == (403, "device_revoked")


def test_a_reset_password_ends_sessions_and_must_be_replaced(new_device: NewDevice, server: ServerHandle) -> None:
    device = new_device()
    device.enrol()
    handout = Staff(server.context).reset_password(device.account.username, new_totp=False)
    assert code(device.refresh()) == "unauthenticated"
    assert code(device.sign_in()) == "bad_credentials"
    device.account.temporary_password = handout.temporary_password
    assert code(device.sign_in()) == "password_change_required"
    assert device.sign_in(new_password="seven copper lanterns drift").status_code == 200


def test_devices_without_a_keyring_are_refused_unless_allowed(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tests.helpers.server import running_server

    with running_server(tmp_path_factory.mktemp("strict")) as strict:
        refused = strict.device("root").enrol(device={"key_protection": "password"})
        assert (refused.status_code, code(refused)) == (403, "password_only_refused")


def test_a_new_server_allows_them_while_it_is_served_for_development_alone(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from tests.helpers.server import running_server

    folder = tmp_path_factory.mktemp("new")
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    leaf.private_key_pem.write_to_path(str(folder / "key.pem"))
    leaf.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    given = ("--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem"))
    with running_server(folder, policy=OrgPolicy(password_only_devices="development")) as server:
        allowed = server.device("root").enrol(device={"key_protection": "password"})
        assert allowed.status_code == 200
        assert allowed.json()["policy"]["password_only_devices"] is True
        server.stop()
        server.tls = given
        server.start()
        server.ca_file = folder / "ca.pem"
        refused = server.device("root").enrol(device={"key_protection": "password"})
        assert (refused.status_code, code(refused)) == (403, "password_only_refused")


def test_user_names_are_one_however_they_are_typed(new_device: NewDevice) -> None:
    device = new_device()
    assert device.enrol(user=f"  {device.account.username.upper()} ").status_code == 200
