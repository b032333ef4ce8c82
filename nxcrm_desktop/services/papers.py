"""Papers of customers and deals: the record of each, its versions, and their encrypted bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.documents.file_names import safe_name
from nxcrm_desktop.documents.media_types import media_type
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services import guard
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

_HEAD_BYTES = 64 * 1024


class PaperService:
    """Use cases on documents. The bytes are stored before the record that names them, so that no record lies."""

    def __init__(self, store: Store, actor: Actor, vault: BlobVault) -> None:
        self._store = store
        self._actor = actor
        self._vault = vault

    def attach(
        self,
        path: Path,
        *,
        lead_id: str | None = None,
        contact_id: str | None = None,
        transaction_id: str | None = None,
        title: str | None = None,
        category: str = "other",
        expires_on: str | None = None,
    ) -> str:
        """File a paper with its first version. Returns the document's id.

        Raises NxcrmError file_missing, file_too_large, disk_full, invalid_value, not_allowed.
        """
        if not (lead_id or contact_id or transaction_id):
            raise guard.invalid("lead_id", "A document must belong to a lead, a customer or a deal.", "Choose one.")
        guard.require(self._actor, Action.CREATE, "document")
        stored = self._keep(path)
        with self._store.write(self._actor) as work:
            _require_subjects(work, lead=lead_id, contact=contact_id, transaction=transaction_id)
            made = work.create("document", {
                "title": title or path.stem, "category": category, "lead_id": lead_id, "contact_id": contact_id,
                "transaction_id": transaction_id, "expires_on": expires_on,
            })  # fmt: skip
            work.create("document_version", {"document_id": made, "number": 1, **stored})
            return made

    def add_version(self, document_id: str, path: Path) -> int:
        """File a new state of a paper. Returns its number; the same bytes again are no new version."""
        guard.require(self._actor, Action.CREATE, "document_version")
        stored = self._keep(path)
        with self._store.write(self._actor) as work:
            work.require("document", document_id)
            known = _versions(work, document_id)
            if known and known[-1]["sha256"] == stored["sha256"]:
                return known[-1].integer("number")
            number = known[-1].integer("number") + 1 if known else 1
            work.create("document_version", {"document_id": document_id, "number": number, **stored})
            return number

    def open_bytes(self, document_id: str, number: int | None = None) -> bytes:
        """The bytes of a version, the newest by default, checked against their SHA-256."""
        return self._vault.open_bytes(self.version(document_id, number).text("sha256"))

    def save_to(self, document_id: str, path: Path, number: int | None = None) -> None:
        """Write a version, unencrypted, to ``path``: wholly or not at all."""
        self._vault.save_to(self.version(document_id, number).text("sha256"), path)

    def is_here(self, document_id: str, number: int | None = None) -> bool:
        """Whether the bytes are on this device."""
        return self._vault.has(self.version(document_id, number).text("sha256"))

    def version(self, document_id: str, number: int | None = None) -> Record:
        """The record of a version, the newest by default. Raises NxcrmError ``not_found``."""
        with self._store.read() as reader:
            reader.require("document", document_id)
            for version in reversed(_versions(reader, document_id)):
                if number is None or version["number"] == number:
                    return version
        raise NxcrmError(
            "not_found",
            f"This document has no version {number or 1}.",
            safe="Nothing was changed.",
            todo="Choose another.",
        )

    def versions(self, document_id: str) -> list[Record]:
        """All versions of a document, the first one first."""
        with self._store.read() as reader:
            return _versions(reader, document_id)

    def get(self, document_id: str) -> Record:
        """The document. Raises NxcrmError ``not_found``."""
        with self._store.read() as reader:
            return reader.require("document", document_id)

    def of(
        self, *, lead_id: str | None = None, contact_id: str | None = None, transaction_id: str | None = None
    ) -> list[Record]:
        """Documents of any of these, oldest first, each once."""
        named = (("lead_id", lead_id), ("contact_id", contact_id), ("transaction_id", transaction_id))
        with self._store.read() as reader:
            found = {
                row.id: row for column, row_id in named if row_id for row in reader.related("document", column, row_id)
            }
        return sorted(found.values(), key=lambda row: row.id)

    def delete(self, document_ids: Sequence[str]) -> None:
        """Delete documents' records. Their bytes stay until erasure: other documents may hold the same."""
        guard.require(self._actor, Action.DELETE, "document")
        with self._store.write(self._actor) as work:
            for document_id in document_ids:
                work.delete("document", document_id)

    def _keep(self, path: Path) -> dict[str, Value]:
        """Store the bytes; what a version says of them."""
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
            kept = self._vault.put(path)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            happened = f"{path.name} cannot be read: {(error.strerror or 'unknown reason').lower()}."
            raise NxcrmError(
                "file_missing",
                happened,
                safe="Nothing was attached.",
                todo="Check the path and your permission to read it.",
            ) from None
        return {
            "file_name": safe_name(path.name), "media_type": media_type(head), "size_bytes": kept.size,
            "sha256": kept.sha256,
        }  # fmt: skip


def _versions(reader: Reader, document_id: str) -> list[Record]:
    return reader.related("document_version", "document_id", document_id, order="number")


def _require_subjects(work: UnitOfWork, **subjects: str | None) -> None:
    for name, row_id in subjects.items():
        if row_id:
            work.require(name, row_id)
