"""The privacy officer's search and export, over everything the company holds."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.privacy.verify import verify_package
from sync.server.services import audit
from sync.server.services.writes import server_write
from sync.server.store.engine import read_snapshot
from sync.server.store.tables import ENTITY_TABLES
from tests.helpers.server import Device, ServerHandle
from tests.integration.server_app.conftest import NewDevice

ASKED = {"reason": "access request", "recipient": "the customer", "country": "IN"}


@pytest.fixture(scope="module")
def customer(server: ServerHandle) -> str:
    """Id of a customer with a lead."""
    with server_write(server.context.engine, None) as write:
        contact = write.put("contact", {"full_name": "Kavya Raman", "phone": "+919876543210"})
        write.put("lead", {"name": "Kavya Raman", "contact_id": contact, "stage": "new", "phone": "+919876543210"})
    return contact


@pytest.fixture
def officer(new_device: NewDevice) -> Device:
    """An enrolled device of a privacy officer."""
    device = new_device(Role.PRIVACY_OFFICER)
    assert device.enrol().ok
    return device


@pytest.mark.parametrize("text", ["98765 43210", "kavya", "Raman Kavya"])
def test_the_officer_finds_a_customer(officer: Device, customer: str, text: str) -> None:
    found = officer.post("/v1/privacy/search", {"text": text}).json()
    assert customer in [person["id"] for person in found]
    assert {tuple(sorted(person)) for person in found} == {("entity", "id", "label", "why")}


def test_the_package_is_whole_signed_and_registered(
    officer: Device, customer: str, server: ServerHandle, tmp_path: Path
) -> None:
    reply = officer.post("/v1/privacy/export", {"id": customer, **ASKED})
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/zip")
    package = tmp_path / "package.zip"
    package.write_bytes(reply.content)
    verified = verify_package(package)
    assert verified.counts["contact"] == verified.counts["lead"] == 1
    with read_snapshot(server.context.engine) as connection:
        register = ENTITY_TABLES["disclosure"]
        wanted = register.select().where(register.c.contact_id == customer)
        entry = connection.execute(wanted).mappings().one()
        last = list(audit.export(connection))[-1]
        assert audit.verify(connection).broken_at is None
    assert entry["package_sha256"] == hashlib.sha256(reply.content).hexdigest()
    assert (entry["recipient"], entry["created_by"]) == ("the customer", officer.account.user_id)
    assert (last["action"], last["row_id"]) == ("privacy.exported", customer)
    assert json.loads(last["detail"])["disclosure"] == entry["id"]
    assert not list(server.data_dir.glob("export-*"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRIVACY_OFFICER])
def test_nobody_else_may(new_device: NewDevice, customer: str, role: Role) -> None:
    device = new_device(role)
    device.enrol()
    for reply in (
        device.post("/v1/privacy/search", {"text": "kavya"}),
        device.post("/v1/privacy/export", {"id": customer, **ASKED}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")


def test_a_person_who_is_not_there(officer: Device) -> None:
    unknown = {"id": "00000000-0000-7000-8000-000000000000", **ASKED}
    reply = officer.post("/v1/privacy/export", unknown)
    assert (reply.status_code, reply.json()["code"]) == (404, "subject_unknown")
    assert officer.post("/v1/privacy/search", {"text": "  "}).json()["code"] == "nothing_to_search"
