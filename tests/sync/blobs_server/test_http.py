"""The bytes of documents over HTTP, from a real server process that keeps them in a real bucket."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests

from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.privacy.verify import verify_package
from sync.protocol.messages import MAX_PIECE_BYTES
from sync.server.config import CONFIG_NAME, BlobSettings
from tests.helpers.server import Device, ServerHandle, running_server

PAPER = bytes(range(256)) * 1024
HASH = sha256(PAPER).hexdigest()
PATH = f"/v1/blobs/{HASH}"


@pytest.fixture
def server(tmp_path: Path, bucket: BlobSettings) -> Iterator[ServerHandle]:
    """Two workers, documents in a bucket, credentials in the configuration."""
    with running_server(tmp_path, workers=2, start=False) as made:
        wanted = ("bucket", "prefix", "endpoint", "region", "access_key", "secret_key")
        lines = "".join(f'{name} = "{getattr(bucket, name)}"\n' for name in wanted)
        path = made.data_dir / CONFIG_NAME
        path.write_text(path.read_text().replace('store = "disk"\n', f'store = "bucket"\n{lines}'))
        made.start()
        yield made


def signed_in(server: ServerHandle, name: str, role: Role) -> Device:
    """An enrolled device of a new member of staff."""
    server.add_user(name, role)
    device = server.device(name)
    assert device.enrol().ok
    return device


def file_paper(device: Device) -> tuple[str, str]:
    """Pushes a lead with a document of the content; returns ids of lead and version."""
    lead, document, version = new_id(), new_id(), new_id()
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("lead", lead, {"name": "Ravi Kumar", "stage": "new"}),
        ("document", document, {"title": "PAN", "category": "other", "lead_id": lead}),
        ("document_version", version, {
            "document_id": document, "number": 1, "file_name": "pan.pdf", "media_type": "application/pdf",
            "size_bytes": len(PAPER), "sha256": HASH,
        }),
    ]  # fmt: skip
    edits = [
        {"n": n, "group": lead, "op": "create", "table": table, "id": row, "base_ver": None, "at": 1,
         "fields": {name: [None, value] for name, value in fields.items()}}
        for n, (table, row, fields) in enumerate(rows, 1)
    ]  # fmt: skip
    reply = device.post("/v1/sync/push", {"device": device.id, "schema": SCHEMA_VERSION, "mutations": edits})
    assert [one["status"] for one in reply.json()["results"]] == ["applied"] * 3, reply.text
    return lead, version


def call(device: Device, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
    headers["Authorization"] = f"Bearer {device.access_token}"
    return device.http.request(method, device.server.url + path, data=body, headers=headers, timeout=30)


def upload(device: Device) -> None:
    assert device.post(PATH, {"device": device.id, "size": len(PAPER)}).json()["offset"] == 0
    half = len(PAPER) // 2
    assert call(device, "PATCH", f"{PATH}?offset=0", PAPER[:half]).json()["offset"] == half
    again = call(device, "PATCH", f"{PATH}?offset=0", PAPER[:half])
    assert (again.status_code, again.json()["code"], again.json()["offset"]) == (409, "wrong_offset", half)
    assert call(device, "PATCH", f"{PATH}?offset={half}", PAPER[half:]).ok
    assert device.post(f"{PATH}/complete", {}).json()["complete"] is True


def test_a_document_goes_up_and_down_and_into_the_privacy_export(server: ServerHandle, tmp_path: Path) -> None:
    asha, ravi = signed_in(server, "asha", Role.SALES), signed_in(server, "ravi", Role.SALES)
    officer = signed_in(server, "devi", Role.PRIVACY_OFFICER)
    lead, _ = file_paper(asha)
    assert call(asha, "GET", PATH).status_code == 404
    upload(asha)
    assert not (server.data_dir / "blobs").exists()

    whole = call(asha, "GET", PATH)
    assert (whole.status_code, whole.content, whole.headers["Cache-Control"]) == (200, PAPER, "no-store")
    part = call(asha, "GET", PATH, Range="bytes=70000-140000")
    assert (part.status_code, part.content) == (206, PAPER[70_000:140_001])
    assert part.headers["Content-Range"] == f"bytes 70000-140000/{len(PAPER)}"
    assert call(asha, "GET", PATH, Range="bytes=262000-").content == PAPER[262_000:]
    assert call(asha, "GET", PATH, Range=f"bytes={len(PAPER)}-").status_code == 416

    denied, missing = call(ravi, "GET", PATH), call(ravi, "GET", f"/v1/blobs/{'0' * 64}")
    assert (denied.status_code, denied.json()) == (missing.status_code, missing.json())

    message = {"id": lead, "reason": "request", "recipient": "the customer"}
    package = officer.post("/v1/privacy/export", message)
    assert package.ok
    path = tmp_path / "package.zip"
    path.write_bytes(package.content)
    verified = verify_package(path)
    assert (verified.complete, verified.documents, verified.missing_documents) == (True, 1, 0)
    with zipfile.ZipFile(io.BytesIO(package.content)) as packed:
        assert packed.read("documents/0001.pdf") == PAPER
    assert list(server.data_dir.glob("export-*")) == []


def test_another_persons_papers_do_not_come_into_a_package_by_their_hash(server: ServerHandle, tmp_path: Path) -> None:
    asha, ravi = signed_in(server, "asha", Role.SALES), signed_in(server, "ravi", Role.SALES)
    officer = signed_in(server, "devi", Role.PRIVACY_OFFICER)
    file_paper(asha)
    upload(asha)
    lead, _ = file_paper(ravi)
    package = officer.post("/v1/privacy/export", {"id": lead, "reason": "request", "recipient": "ravi's friend"})
    path = tmp_path / "package.zip"
    path.write_bytes(package.content)
    verified = verify_package(path)
    assert (verified.complete, verified.documents, verified.missing_documents) == (False, 0, 1)


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        (f"{PATH}?offset=0", bytes(MAX_PIECE_BYTES + 1), {}, 413),
        (f"{PATH}?offset=-1", PAPER, {}, 422),
        (f"{PATH}?offset=0", b"short", {}, 400),
        (f"{PATH}?offset=0", PAPER, {"Content-Encoding": "gzip"}, 400),
        ("/v1/blobs/../../etc?offset=0", PAPER, {}, 404),
        (f"/v1/blobs/{HASH.upper()}?offset=0", PAPER, {}, 422),
    ],
)
def test_hostile_pieces(
    server: ServerHandle, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:  # fmt: skip
    asha = signed_in(server, "asha", Role.SALES)
    file_paper(asha)
    asha.post(PATH, {"device": asha.id, "size": len(PAPER)})
    assert call(asha, "PATCH", path, body, **headers).status_code == status
    assert asha.post(PATH, {"device": asha.id, "size": len(PAPER)}).json()["offset"] == 0
