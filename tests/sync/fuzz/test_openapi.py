"""Every operation, fuzzed from the description: no 500, replies as described, nothing of others' customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from sync.protocol.messages import PROTOCOL
from sync.server.services.writes import server_write
from tests.helpers.server import Device, ServerHandle, running_server

CANARY = "KestrelFoxglove"
"""In every text of a customer whom the one who asks must never hear of."""
CHECKS = [not_a_server_error, response_schema_conformance, content_type_conformance, status_code_conformance]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server with customers of somebody else, which takes as many requests as come."""
    with running_server(tmp_path_factory.mktemp("fuzz"), start=False) as running:
        with (running.data_dir / "server.toml").open("a", encoding="utf-8") as file:
            file.write("\n[limits]\ndevice_per_second = 0\naddress_per_second = 0\n")
        running.start()
        running.add_user("stranger")
        plant(running, running.accounts["stranger"].user_id)
        yield running


def plant(server: ServerHandle, owner: str) -> list[str]:
    """The customers of a stranger; returns their ids."""
    with server_write(server.context.engine, owner) as write:
        contact = write.put("contact", {"full_name": CANARY, "notes": CANARY, "owner_id": owner})
        lead = write.put("lead", {
            "name": CANARY, "stage": "new", "owner_id": owner, "contact_id": contact, "notes": CANARY, "city": CANARY,
        })  # fmt: skip
        note = write.put("communication", {"kind": "note", "lead_id": lead, "happened_at": 1, "body": CANARY})
    return [contact, lead, note]


@pytest.fixture(scope="module")
def rep(server: ServerHandle) -> Device:
    """A sales executive's device, signed in."""
    server.add_user("asha", Role.SALES)
    device = server.device("asha")
    assert device.enrol().ok
    return device


@pytest.fixture(scope="module")
def document(rep: Device) -> dict[str, Any]:
    """The published description."""
    told: dict[str, Any] = rep.http.get(f"{rep.server.url}/openapi.json", timeout=10).json()
    return told


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed_in", "stranger"])
def test_no_operation_breaks_or_tells_of_others(rep: Device, document: dict[str, Any], signed_in: bool) -> None:
    schema, seen = schemathesis.openapi.from_dict(document), set[int]()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path != "/v1/sync/events":  # never ends
            _fuzz(rep, operation, signed_in, seen)
    assert seen >= ({200, 204, 403, 422} if signed_in else {200, 401}), "not much of it was ever reached"


def _fuzz(rep: Device, operation: Any, signed_in: bool, seen: set[int]) -> None:
    many = 10 if signed_in else 3

    @settings(
        max_examples=many, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(), truthful=st.booleans())
    def ask(case: Any, truthful: bool) -> None:
        if truthful and isinstance(case.body, dict) and "device" in case.body and signed_in:
            case.body = {**case.body, "device": rep.id, "schema": SCHEMA_VERSION, "protocols": [PROTOCOL]}
        token = {"Authorization": f"Bearer {rep.access_token}"} if signed_in else {}
        reply = case.call(base_url=rep.server.url, headers=token, verify=rep.http.verify, timeout=20)
        seen.add(reply.status_code)
        check(case, reply)

    ask()


def check(case: Any, reply: Any) -> None:
    """Whatever was asked: an answer as described, which names nobody it must not name."""
    where = f"{case.method} {case.path}"
    assert reply.status_code != 500, where
    assert CANARY.encode() not in reply.content, where
    case.validate_response(reply, checks=CHECKS)
