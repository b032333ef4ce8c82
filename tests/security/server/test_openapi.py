"""The published description is true: every reply it declares happens, and no other does."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
import pytest
import requests
from sqlalchemy import make_url

from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from sync.protocol import auth, messages, privacy
from sync.server.routers.health import Health
from sync.server.services.devices import Devices
from sync.server.wire import messages_of
from tests.helpers import postgres
from tests.helpers.server import Device, ServerHandle, running_server

_KINDS = {kind.__name__: kind for kind in (*messages_of(messages, auth, privacy), Health)}
_TOO_LONG = b" " * (messages.MAX_BODY_BYTES + 1)
_ELSEWHERE = ("/v1/blobs", "/v1/sync/events", "/metrics")
"""Walked by the tests of documents, of live sync and of operation; fuzzed with all others."""
_UNKNOWN = "00000000-0000-7000-8000-000000000000"


@dataclass
class Walk:
    """A server whose every operation is tried; ``seen`` collects the statuses of each."""

    server: ServerHandle
    officer: Device
    database: str
    cluster: psycopg.Connection[tuple[Any, ...]]
    document: dict[str, Any]
    seen: dict[str, set[int]]

    def send(self, path: str, body: bytes, **headers: str) -> requests.Response:
        """Posts raw bytes and checks the reply against the document."""
        method = "post" if "post" in self.document["paths"][path] else "get"
        reply = self.officer.http.request(method, self.server.url + path, data=body, headers=headers, timeout=60)
        declared = self.document["paths"][path][method]["responses"]
        assert str(reply.status_code) in declared, f"{path} answered {reply.status_code}: {reply.text}"
        _check_body(reply, declared[str(reply.status_code)].get("content", {}))
        self.seen[path].add(reply.status_code)
        return reply

    def post(self, path: str, message: object, device: Device | None = None) -> requests.Response:
        """Posts a message, with the token of a device."""
        return self.send(path, json.dumps(message).encode(), **self.token(device or self.officer))

    @staticmethod
    def token(device: Device) -> dict[str, str]:
        """The header that names the session."""
        return {"Authorization": f"Bearer {device.access_token}"}


def _check_body(reply: requests.Response, content: dict[str, Any]) -> None:
    if not content:
        assert reply.content == b""
        return
    ((media_type, declared),) = content.items()
    assert reply.headers["content-type"] == media_type
    schema = declared["schema"]
    many = schema.get("type") == "array"
    reference = (schema["items"] if many else schema).get("$ref", "")
    if reference:
        kind = _KINDS[reference.rpartition("/")[2]]
        msgspec.json.decode(reply.content, type=list[kind] if many else kind, strict=True)  # type: ignore[valid-type]


@pytest.fixture(scope="module")
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A privacy officer at a server on PostgreSQL, which can be taken away."""
    cluster = request.getfixturevalue("pg_cluster")
    folder = tmp_path_factory.mktemp("openapi")
    with (
        postgres.database(cluster) as url,
        psycopg.connect(cluster.get_uri(), autocommit=True) as console,
        running_server(folder, database=url) as server,
    ):
        server.add_user("officer", Role.PRIVACY_OFFICER)
        officer = server.device("officer")
        officer.enrol()
        document = officer.http.get(f"{server.url}/openapi.json", timeout=10).json()
        seen: dict[str, set[int]] = {path: set() for path in document["paths"] if not path.startswith(_ELSEWHERE)}
        yield Walk(server, officer, str(make_url(url).database), console, document, seen)


def _enrolment(walk: Walk, device: Device, /, **changes: object) -> dict[str, Any]:
    own = {"name": "x", "os": "x", "public_key": device.public_key, "key_protection": "keyring"}
    return {
        "user": device.account.username, "password": device.account.temporary_password,
        "otp": changes.get("otp") or walk.server.otp(device.account.username),
        "new_password": "seven copper lanterns drift", "device": own,
        **changes,
    }  # fmt: skip


def _signing_in(walk: Walk, device: Device, otp: str) -> dict[str, Any]:
    signature = device.key.sign(auth.sign_in_text(device.id, otp)).hex()
    return {
        "user": device.account.username, "password": device.account.temporary_password, "otp": otp,
        "device_id": device.id, "signature": signature,
    }  # fmt: skip


def _accounts(walk: Walk) -> None:
    server, officer = walk.server, walk.officer
    server.add_user("walker")
    walker = server.device("walker")
    message = _enrolment(walk, walker)
    told = walk.send("/v1/auth/enrol", json.dumps(message).encode()).json()
    walker.id, walker.refresh_token = told["device_id"], told["refresh_token"]
    walker.account.temporary_password = str(message["new_password"])
    thief = {**_enrolment(walk, officer)["device"], "id": walker.id}
    walk.post("/v1/auth/enrol", _enrolment(walk, officer, device=thief, new_password=None))
    walk.post("/v1/auth/sign-in", _signing_in(walk, walker, server.otp("walker")))
    walk.post("/v1/auth/sign-in", _signing_in(walk, walker, "000000"))
    officer.sign_in()
    spent = officer.refresh_token
    reply = walk.post("/v1/auth/refresh", officer.proof(spent)).json()
    officer.access_token, officer.refresh_token = reply["access_token"], reply["refresh_token"]
    walk.post("/v1/auth/refresh", officer.proof("x" * 43))
    walk.post("/v1/auth/sign-out", officer.proof("x" * 43))
    walker.sign_in()
    walk.post("/v1/auth/sign-out", walker.proof(walker.refresh_token))
    walker.sign_in()
    Devices(server.context).revoke(walker.id)
    walk.post("/v1/auth/refresh", walker.proof(walker.refresh_token))
    walk.post("/v1/auth/sign-in", _signing_in(walk, walker, server.otp("walker")))
    for path in [p for p in walk.seen if not p.startswith(("/v1/auth", "/healthz", "/readyz"))]:
        walk.send(path, b"{}", **walk.token(walker))
    walk.post(
        "/v1/auth/enrol", _enrolment(walk, walker, new_password=None, device={**thief, "key_protection": "password"})
    )


def _move_clock(walk: Walk, by: int) -> None:
    with walk.server.context.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sync_clock SET v = v + %s", (by,))


def _sync(walk: Walk) -> None:
    base: dict[str, Any] = {"device": walk.officer.id, "schema": SCHEMA_VERSION}
    greeting = {**base, "protocols": [messages.PROTOCOL]}
    walk.post("/v1/sync/hello", greeting)
    walk.post("/v1/sync/hello", {**greeting, "protocols": [99]})
    page = walk.post("/v1/sync/pull", base).json()
    walk.post("/v1/sync/pull", {**base, "schema": 0})
    _move_clock(walk, -1)
    walk.post("/v1/sync/pull", {**base, "cursor": page["cursor"]})
    _move_clock(walk, +1)
    walk.post("/v1/sync/ack", {"device": walk.officer.id, "cursor": page["cursor"]})
    walk.post("/v1/sync/push", {**base, "mutations": []})
    walk.post("/v1/sync/push", {**base, "schema": 0, "mutations": []})
    view = {"name": [None, "x"], "entity": [None, "lead"], "definition": [None, "{}"]}
    row, group = str(uuid.uuid4()), str(uuid.uuid4())
    late = {
        "n": 7,
        "group": group,
        "op": "create",
        "table": "saved_view",
        "id": row,
        "base_ver": None,
        "fields": view,
        "at": 1,
    }
    walk.post("/v1/sync/push", {**base, "mutations": [late]})


def _privacy(walk: Walk) -> None:
    walk.post("/v1/privacy/search", {"text": "officer"})
    person = walk.officer.account.user_id
    asked = {"reason": "access request", "recipient": "the person", "country": "IN"}
    walk.post("/v1/privacy/export", {"id": person, **asked})
    walk.post("/v1/privacy/export", {"id": _UNKNOWN, **asked})


def _malformed(walk: Walk) -> None:
    for path in walk.seen:
        methods = walk.document["paths"][path]
        if "post" not in methods:
            continue
        token = walk.token(walk.officer)
        for body in (b"{", b"[]", _TOO_LONG):
            walk.send(path, body, **token)
        walk.send(path, b"{}", **{"Content-Encoding": "br"}, **token)
        if methods["post"]["security"]:
            walk.send(path, b"{}")


def _throttled(walk: Walk) -> None:
    walk.server.add_user("victim")
    victim = walk.server.device("victim")
    for path in ("/v1/auth/enrol", "/v1/auth/sign-in"):
        victim.id = _UNKNOWN
        message = _signing_in(walk, victim, "000000")
        enrolment = _enrolment(walk, victim, otp="000000")
        while walk.post(path, enrolment if path.endswith("enrol") else message).status_code != 429:
            pass


def _without_database(walk: Walk) -> None:
    walk.cluster.execute(f'ALTER DATABASE "{walk.database}" ALLOW_CONNECTIONS false'.encode())
    walk.cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [walk.database])
    unknown = walk.server.device("officer")
    unknown.id = _UNKNOWN
    valid = {
        "/v1/auth/enrol": _enrolment(walk, unknown, otp="000000"),
        "/v1/auth/sign-in": _signing_in(walk, unknown, "000000"),
        "/v1/auth/refresh": unknown.proof("x"),
        "/v1/auth/sign-out": unknown.proof("x"),
    }
    for path in walk.seen:
        if path == "/readyz":
            assert walk.send(path, b"").status_code == 503
        elif path != "/healthz":
            assert walk.post(path, valid.get(path, {})).status_code == 503, path
    walk.cluster.execute(f'ALTER DATABASE "{walk.database}" ALLOW_CONNECTIONS true'.encode())


@pytest.mark.postgres
def test_every_declared_reply_happens_and_no_other(walk: Walk) -> None:
    for path in ("/healthz", "/readyz"):
        walk.send(path, b"")
    for steps in (_accounts, _sync, _privacy, _malformed, _throttled, _without_database):
        steps(walk)
    declared = {
        path: {int(status) for method in methods.values() for status in method["responses"]}
        for path, methods in walk.document["paths"].items() if path in walk.seen
    }  # fmt: skip
    assert walk.seen == declared


@pytest.mark.postgres
def test_every_reference_of_the_document_leads_somewhere(walk: Walk) -> None:
    text = json.dumps(walk.document)
    wanted = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert wanted <= set(walk.document["components"]["schemas"])
    assert "HTTPValidationError" not in text
