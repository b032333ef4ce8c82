"""The subject export as one ZIP: manifest, data as JSON and CSV with schemas, original papers, a readable report.

GDPR articles 15 and 20; DPDP Act 2023, section 11; the layout is the one that ``verify`` checks with no store at hand.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, MetaData

from nxcrm_desktop.domain import clock, values
from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo
from nxcrm_desktop.domain.json_schema import schema_of
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.spreadsheet import safe_cell
from nxcrm_desktop.privacy.collect import Collected, collect
from nxcrm_desktop.privacy.readable import readable, to_html, to_pdf
from nxcrm_desktop.privacy.subjects import Subject, describe
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.security.files import write_atomically

FORMAT = "nxcrm-subject-export"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
_STEPS = 4
_UNWATCHED = Watch()
_EPOCH = (1980, 1, 1, 0, 0, 0)  # ZIP's earliest time: packages of the same data are the same bytes


class Signer(Protocol):
    """An Ed25519 key (RFC 8032). ``public`` and signatures are hexadecimal."""

    @property
    def public(self) -> str: ...

    def sign(self, message: bytes) -> str: ...


class Papers(Protocol):
    """Where the bytes of documents are. None: they are not here."""

    def read(self, sha256: str) -> bytes | None: ...


class NoPapers:
    """Stands where no document bytes are held."""

    def read(self, sha256: str) -> bytes | None:
        """Nothing is here."""
        return None


@dataclass(frozen=True, slots=True)
class Options:
    """The request a package answers. ``source``: where it was made; ``complete``: whether all data is in its reach."""

    reason: str
    recipient: str
    made_by: str
    source: str
    complete: bool


@dataclass(frozen=True, slots=True)
class PackageSummary:
    """A package that was written. ``missing_documents``: papers whose bytes are on another device."""

    file: str
    sha256: str
    counts: dict[str, int]
    documents: int
    missing_documents: int
    complete: bool


def build_package(
    connection: Connection, metadata: MetaData, subject: Subject, options: Options, signer: Signer, papers: Papers,
    path: Path, watch: Watch = _UNWATCHED,
) -> PackageSummary:  # fmt: skip
    """Collect, write, sign. The file appears whole or not at all.

    Raises NxcrmError ``not_writable``, ``disk_full``, and ``cancelled`` when the watch says so between two steps.
    """
    watch.step(0, _STEPS)
    found = collect(connection, metadata, subject)
    label = describe(connection, metadata, subject)
    watch.step(1, _STEPS)
    files, missing = _documents(found, papers)
    documents = len(files)
    files |= dict(_data_files(found))
    watch.step(2, _STEPS)
    files |= _report_files(found, label, options, missing)
    watch.step(3, _STEPS)
    manifest = _manifest(found, options, files, missing)
    manifest["signature"] = _signature(manifest, signer)
    files[MANIFEST] = _json(manifest)
    digest = _write_zip(path, files)
    return PackageSummary(str(path), digest, _counts(found), documents, len(missing), options.complete and not missing)


def canonical(manifest: dict[str, object]) -> bytes:
    """The bytes that are signed: the manifest without its signature, keys sorted, no spaces, UTF-8."""
    unsigned = {name: value for name, value in manifest.items() if name != "signature"}
    return json.dumps(unsigned, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _signature(manifest: dict[str, object], signer: Signer) -> dict[str, str]:
    return {"algorithm": "Ed25519", "public_key": signer.public, "value": signer.sign(canonical(manifest))}


def _manifest(
    found: Collected, options: Options, files: dict[str, bytes], missing: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made_at": clock.to_iso(clock.now_ms()),
        "made_by": options.made_by,
        "source": options.source,
        "complete": options.complete and not missing,
        "subject": {"entity": found.subject.entity, "id": found.subject.id},
        "request": {"reason": options.reason, "recipient": options.recipient},
        "counts": _counts(found),
        "withheld": [{"entity": w.entity, "field": w.field, "reason": w.reason} for w in found.withheld],
        "missing_documents": missing,
        "files": [
            {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(files.items())
        ],
    }


def _counts(found: Collected) -> dict[str, int]:
    return {name: len(rows) for name, rows in found.rows.items()}


def _data_files(found: Collected) -> Iterator[tuple[str, bytes]]:
    for name, rows in found.rows.items():
        info = ENTITIES[name]
        yield f"data/{name}.json", _json([_machine(info, row) for row in rows])
        yield f"data/{name}.csv", _csv(info, rows)
        yield f"schema/{name}.schema.json", _json(schema_of(info))


def _machine(info: EntityInfo, row: dict[str, Value]) -> dict[str, object]:
    return {name: values.machine(facts, row[name]) for name, facts in info.fields.items()}


def _csv(info: EntityInfo, rows: list[dict[str, Value]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([facts.label for facts in info.fields.values()])
    for row in rows:
        writer.writerow([safe_cell(values.display(facts, row[name])) for name, facts in info.fields.items()])
    return text.getvalue().encode("utf-8-sig")


def _documents(found: Collected, papers: Papers) -> tuple[dict[str, bytes], list[dict[str, object]]]:
    files: dict[str, bytes] = {}
    missing: list[dict[str, object]] = []
    for index, row in enumerate(found.rows.get("document_version", ()), start=1):
        data = papers.read(str(row["sha256"]))
        if data is None:
            missing.append({"id": row["id"], "reason": "The paper is known here, its bytes are on another device."})
        else:
            files[f"documents/{index:04d}{_suffix(str(row['media_type']))}"] = data
    return files, missing


def _suffix(media_type: str) -> str:
    known = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "text/plain": ".txt"}
    return known.get(media_type, ".bin")


def _report_files(found: Collected, label: str, options: Options, missing: list[dict[str, object]]) -> dict[str, bytes]:
    facts = (
        ("Made", f"{clock.local_datetime(clock.now_ms()):%d-%m-%Y %H:%M}"),
        ("From", options.source),
        ("For", f"{options.recipient} · {options.reason}"),
    )
    gaps: tuple[str, ...] = ()
    if not options.complete:
        gaps += ("It holds what one laptop has; our privacy officer can make the whole.",)
    if missing:
        known = "One paper is" if len(missing) == 1 else f"{len(missing)} papers are"
        gaps += (f"{known} listed below but not enclosed: the file itself is still on another device.",)
    papers = len(found.rows.get("document_version", ())) - len(missing)
    report = readable(found, label=label, facts=facts, gaps=gaps, papers=papers)
    return {"report.pdf": to_pdf(report, options.made_by), "report.html": to_html(report).encode()}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _write_zip(path: Path, files: dict[str, bytes]) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(files, key=lambda one: (one != MANIFEST, one)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o600 << 16
            package.writestr(entry, files[name], zipfile.ZIP_DEFLATED)
    write_atomically(path, buffer.getvalue())
    return hashlib.sha256(buffer.getvalue()).hexdigest()
