"""Sync over HTTP: a real server process, real TLS, bodies as a network or an enemy may bring them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import zstandard

from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from sync.protocol.messages import PROTOCOL
from tests.helpers.server import Device, ServerHandle, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server over TLS on SQLite with two workers."""
    with running_server(tmp_path_factory.mktemp("server"), workers=2) as running:
        yield running


@pytest.fixture
def device(server: ServerHandle) -> Device:
    """An enrolled device of a new sales executive."""
    name = f"u{len(server.accounts)}"
    server.add_user(name, Role.SALES)
    made = server.device(name)
    assert made.enrol().ok
    return made


def create(n: int, table: str = "lead", **fields: Any) -> dict[str, Any]:
    """The edit that makes a row."""
    given = {"name": "Ravi", "stage": "new"} if table == "lead" and not fields else fields
    return {
        "n": n, "group": new_id(), "op": "create", "table": table, "id": new_id(), "base_ver": None, "at": 1,
        "fields": {name: [None, value] for name, value in given.items()},
    }  # fmt: skip


def push(device: Device, *edits: dict[str, Any], schema: int = SCHEMA_VERSION) -> requests.Response:
    """Send edits."""
    return device.post("/v1/sync/push", {"device": device.id, "schema": schema, "mutations": list(edits)})


def pull(device: Device, cursor: str | None = None, **headers: str) -> requests.Response:
    """Fetch a page."""
    return device.post("/v1/sync/pull", {"device": device.id, "schema": SCHEMA_VERSION, "cursor": cursor}, **headers)


def raw(device: Device, body: bytes, **headers: str) -> requests.Response:
    """Post bytes as a push."""
    sent = {"Authorization": f"Bearer {device.access_token}", "Content-Type": "application/json", **headers}
    return device.http.post(f"{device.server.url}/v1/sync/push", data=body, headers=sent, timeout=30)


def refused(reply: requests.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return reply.status_code, reply.json()["code"]


def test_hello_push_pull_ack(device: Device) -> None:
    greeting = {"device": device.id, "protocols": [PROTOCOL], "schema": SCHEMA_VERSION, "app_version": "1\u0000"}
    hello = device.post("/v1/sync/hello", greeting).json()
    assert hello["scopes"] == ["ref", f"owner:{device.account.user_id}", f"share:{device.account.user_id}"]
    edit = create(1)
    assert push(device, edit).json()["results"][0]["status"] == "applied"
    page = pull(device).json()
    leads = next(rows for rows in page["rows"] if rows["table"] == "lead")
    assert [row[2 + leads["columns"].index("id")] for row in leads["rows"]] == [edit["id"]]
    assert (page["complete"], page["applied_n"], page["epoch"]) == (True, 1, hello["epoch"])
    acked = device.post("/v1/sync/ack", {"device": device.id, "cursor": page["cursor"]})
    assert (acked.status_code, acked.content) == (204, b"")
    assert pull(device, page["cursor"]).json()["rows"] == []


def push_and_pull(device: Device, edit: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Send an edit and ask for a page with it."""
    wanted = {"device": device.id, "schema": SCHEMA_VERSION, "cursor": None} | asked
    message = {"device": device.id, "schema": SCHEMA_VERSION, "mutations": [edit], "pull": wanted}
    reply = device.post("/v1/sync/push", message)
    assert reply.ok
    found: dict[str, Any] = reply.json()
    return found


def test_a_push_brings_the_page_that_a_pull_after_it_would(device: Device) -> None:
    reply = push_and_pull(device, create(1), {})
    assert reply["results"][0]["status"] == "applied"
    alone = pull(device).json()
    assert reply["page"] | {"cursor": ""} == alone | {"cursor": ""}
    assert pull(device, reply["page"]["cursor"]).json()["rows"] == []


def test_an_edit_is_settled_whatever_becomes_of_the_page(device: Device) -> None:
    edits = [create(n) for n in (1, 2, 3)]
    odd: list[dict[str, Any]] = [{"schema": SCHEMA_VERSION + 1}, {"cursor": "bm90IG91cnM="}, {"device": new_id()}]
    for edit, asked in zip(edits, odd, strict=True):
        reply = push_and_pull(device, edit, asked)
        assert (reply["results"][0]["status"], reply["page"]) == ("applied", None)
    assert pull(device).json()["applied_n"] == 3


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_packed_requests(device: Device, pack: Any) -> None:
    body = json.dumps({"device": device.id, "schema": SCHEMA_VERSION, "mutations": [create(1)]}).encode()
    encoding = "gzip" if pack is gzip.compress else "zstd"
    assert raw(device, pack(body), **{"Content-Encoding": encoding}).json()["applied_n"] == 1


def test_packed_replies(device: Device) -> None:
    plain, packed = pull(device, **{"Accept-Encoding": "identity"}), pull(device, **{"Accept-Encoding": "zstd"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "zstd"
    unpacked = zstandard.ZstdDecompressor().decompress(packed.content)
    assert json.loads(unpacked)["rows"] == plain.json()["rows"]


def test_an_unreadable_edit_does_not_hold_up_the_queue(device: Device) -> None:
    edits = [create(1), {"n": 2, "table": "lead", "fields": "rubbish\u0000"}, {**create(3), "at": 2**70}, create(4)]
    results = push(device, *edits).json()["results"]
    assert [(r["status"], r["code"]) for r in results] == [
        ("applied", ""), ("rejected", "invalid_value"), ("rejected", "invalid_value"), ("applied", ""),
    ]  # fmt: skip
    assert push(device, *edits).json()["results"] == results
    page = pull(device).json()
    kept = next(rows for rows in page["rows"] if rows["table"] == "quarantine")
    changes = {row[2 + kept["columns"].index("changes")] for row in kept["rows"]}
    assert json.loads(json.loads(sorted(changes, key=len)[0])["raw"])["fields"] == "rubbish\u0000"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", (400, "bad_request")),
        (b"{", (400, "bad_request")),
        (b"[" * 100_000, (422, "invalid_message")),
        (b'"\\ud800"', (400, "bad_request")),
        (b"\xff\xfe", (400, "bad_request")),
        (b"[]", (422, "invalid_message")),
        (b'{"device":"x","schema":1,"mutations":[]}', (422, "invalid_message")),
        (b'{"mutations":[{"n":0}],"schema":1,"device":"%s"}' % (b"0" * 36), (422, "invalid_message")),
        (b'{"mutations":[{"n":NaN}],"schema":1,"device":"%s"}' % (b"0" * 36), (400, "bad_request")),
    ],
)
def test_what_is_no_message_is_refused(device: Device, body: bytes, problem: tuple[int, str]) -> None:
    assert refused(raw(device, body)) == problem


def test_a_bomb_is_not_unpacked(device: Device) -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    assert refused(raw(device, bomb, **{"Content-Encoding": "gzip"})) == (413, "too_large")


def test_too_many_edits_at_once(device: Device) -> None:
    assert refused(push(device, *(create(n) for n in range(1, 502)))) == (422, "invalid_message")


def test_problems_of_sync_have_their_status(device: Device, server: ServerHandle) -> None:
    assert refused(push(device, create(7))) == (409, "gap")
    assert refused(push(device, create(1), schema=SCHEMA_VERSION + 1)) == (426, "schema_too_new")
    assert push(device, create(1)).ok
    assert refused(push(device, create(1))) == (409, "device_rewound")
    assert refused(pull(device, "rubbish")) == (400, "bad_request")
    greeting = {"device": device.id, "protocols": [99], "schema": SCHEMA_VERSION}
    assert refused(device.post("/v1/sync/hello", greeting)) == (426, "protocol_unknown")
    forged = {"device": new_id(), "schema": SCHEMA_VERSION}
    assert refused(device.post("/v1/sync/pull", forged)) == (403, "forbidden")


def test_the_same_batch_on_two_workers_at_once(device: Device, server: ServerHandle) -> None:
    edits = [create(n) for n in range(1, 51)]
    replies = server.at_once([lambda: push(device, *edits)] * 4)
    assert {reply.status_code for reply in replies} == {200}
    assert all(reply.json() == replies[0].json() for reply in replies)
    page = pull(device).json()
    assert [len(rows["rows"]) for rows in page["rows"] if rows["table"] == "lead"] == [50]


def test_killed_between_commit_and_reply(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_server(tmp_path_factory.mktemp("killed")) as server:
        server.add_user("asha", Role.SALES)
        device = server.device("asha")
        assert device.enrol().ok
        edits = [create(n) for n in range(1, 201)]
        first = push(device, *edits[:100]).json()  # the reply that is then lost
        server.kill()
        server.start()
        again = push(device, *edits).json()
        assert again["results"][:100] == first["results"]
        assert again["applied_n"] == 200
        assert [len(r["rows"]) for r in pull(device).json()["rows"] if r["table"] == "lead"] == [200]


def test_the_published_description_is_true(device: Device) -> None:
    document = device.http.get(f"{device.server.url}/openapi.json", timeout=30).json()
    for takes in ("Hello", "Push", "Pull"):
        gives, operation = f"{takes}Reply", document["paths"][f"/v1/sync/{takes.lower()}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        reply = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert (body["$ref"], reply["$ref"]) == (f"#/components/schemas/{takes}", f"#/components/schemas/{gives}")
    assert set(pull(device).json()) == set(document["components"]["schemas"]["PullReply"]["properties"])
    assert set(push(device, create(1)).json()) == set(document["components"]["schemas"]["PushReply"]["properties"])
    assert "204" in document["paths"]["/v1/sync/ack"]["post"]["responses"]
