"""A fresh identity in place of an old one: nobody takes over a device, and what was to be shredded is not renewed."""

from __future__ import annotations

import pytest
import requests

from nxcrm_desktop.domain.ids import new_id
from sync.server.services.devices import Devices
from sync.server.store.accounts import devices
from sync.server.store.engine import read_snapshot
from tests.helpers.server import Device
from tests.security.server.conftest import NewDevice


def hello(device: Device) -> int:
    message = {"device": device.id, "protocols": [1], "schema": 1, "app_version": "1.0", "epoch": None}
    return device.post("/v1/sync/hello", message).status_code


def renewed(device: Device, replaces: str) -> requests.Response:
    """The user's other device enrols, and says which one it replaces."""
    other = device.server.device(device.account.username)
    return other.enrol(device={"id": new_id(), "replaces": replaces})


def enrolled_of(device: Device) -> int:
    with read_snapshot(device.server.context.engine) as connection:
        return sum(row["user_id"] == device.account.user_id for row in devices(connection))


def test_a_revoked_device_does_not_live_on_under_another_name(enrolled: Device) -> None:
    Devices(enrolled.server.context).revoke(enrolled.id)
    reply = renewed(enrolled, enrolled.id)
    assert (reply.status_code, reply.json()["code"]) == (403, "device_revoked")
    assert enrolled_of(enrolled) == 1


def test_another_users_device_is_neither_taken_over_nor_told_of(enrolled: Device, new_device: NewDevice) -> None:
    thief = new_device()
    reply = thief.enrol(device={"id": new_id(), "replaces": enrolled.id})
    assert (reply.status_code, reply.json()["replaced_n"]) == (200, None)
    Devices(enrolled.server.context).revoke(enrolled.id)
    again = renewed(thief, enrolled.id)
    assert (again.status_code, again.json()["replaced_n"]) == (200, None), "revoked or not looks the same"


def test_renewing_leaves_the_other_copy_its_own_identity(enrolled: Device) -> None:
    reply = renewed(enrolled, enrolled.id)
    assert (reply.status_code, reply.json()["replaced_n"]) == (200, 0)
    assert reply.json()["device_id"] != enrolled.id
    assert hello(enrolled) == 200


@pytest.mark.parametrize("whose", ["another's", "one's own, with another key"])
def test_an_id_that_is_taken_is_not_given_again(enrolled: Device, new_device: NewDevice, whose: str) -> None:
    thief = new_device() if whose == "another's" else enrolled.server.device(enrolled.account.username)
    reply = thief.enrol(device={"id": enrolled.id})
    assert (reply.status_code, reply.json()["code"]) == (409, "device_exists")
    assert hello(enrolled) == 200
