"""Papers of customers and deals: the record of each, its versions, and their encrypted bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.documents.file_names import safe_name
from nxcrm_desktop.documents.media_types import media_type
from nxcrm_desktop.documents.shelf import Shelf
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.paper_sync import PaperSyncService
from nxcrm_desktop.store import papers
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

_HEAD_BYTES = 64 * 1024
_UNWATCHED = Watch()


class PaperService:
    """Use cases on documents. The bytes are stored before the record that names them, so that no record lies.

    Bytes that are not on this laptop are fetched when they are asked for.
    """

    def __init__(self, store: Store, actor: Actor, shelf: Shelf, sync: PaperSyncService) -> None:
        self._store = store
        self._actor = actor
        self._shelf = shelf
        self._sync = sync

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
        with self._shelf.keeping() as vault, self._stored(path, vault) as (work, stored):
            _require_subjects(work, lead=lead_id, contact=contact_id, transaction=transaction_id)
            made = work.create("document", {
                "title": title or path.stem, "category": category, "lead_id": lead_id, "contact_id": contact_id,
                "transaction_id": transaction_id, "expires_on": expires_on,
            })  # fmt: skip
            _add_version(work, made, 1, stored)
            return made

    def add_version(self, document_id: str, path: Path) -> int:
        """File a new state of a paper. Returns its number; the same bytes again are no new version."""
        guard.require(self._actor, Action.CREATE, "document_version")
        with self._shelf.keeping() as vault, self._stored(path, vault) as (work, stored):
            work.require("document", document_id)
            known = _versions(work, document_id)
            if known and known[-1]["sha256"] == stored["sha256"]:
                return known[-1].integer("number")
            number = known[-1].integer("number") + 1 if known else 1
            _add_version(work, document_id, number, stored)
            return number

    def open_bytes(self, document_id: str, number: int | None = None, watch: Watch = _UNWATCHED) -> bytes:
        """The bytes of a version, the newest by default, checked against their SHA-256; fetched if they are not here.

        ``watch`` is told of the bytes fetched. NxcrmError as PaperSyncService.using.
        """
        version = self.version(document_id, number)
        sha256 = version.text("sha256")
        data = self._sync.using(
            sha256, version.integer("size_bytes"), lambda: self._shelf.vault.open_bytes(sha256), watch
        )
        self._shelf.opened(sha256)
        return data

    def save_to(self, document_id: str, path: Path, number: int | None = None, watch: Watch = _UNWATCHED) -> None:
        """Write a version, unencrypted, to ``path``: wholly or not at all. Otherwise as :meth:`open_bytes`."""
        version = self.version(document_id, number)
        sha256 = version.text("sha256")
        self._sync.using(sha256, version.integer("size_bytes"), lambda: self._shelf.vault.save_to(sha256, path), watch)
        self._shelf.opened(sha256)

    def is_here(self, document_id: str, number: int | None = None) -> bool:
        """Whether the bytes are on this device."""
        return self._shelf.has(self.version(document_id, number).text("sha256"))

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
        """Delete documents' records. Bytes of no other document go with the next sync."""
        guard.require(self._actor, Action.DELETE, "document")
        with self._store.write(self._actor) as work:
            for document_id in document_ids:
                work.delete("document", document_id)

    @contextmanager
    def _stored(self, path: Path, vault: BlobVault) -> Iterator[tuple[UnitOfWork, dict[str, Value]]]:
        """The bytes, stored, and a unit of work for what is to be said of them."""
        stored = _keep(path, vault)
        with self._store.write(self._actor) as work:
            yield work, stored


def _keep(path: Path, vault: BlobVault) -> dict[str, Value]:
    """Store the bytes; what a version says of them."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        kept = vault.put(path)
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


def _add_version(work: UnitOfWork, document_id: str, number: int, stored: dict[str, Value]) -> None:
    made = work.create("document_version", {"document_id": document_id, "number": number, **stored})
    papers.attached(work.cursor, str(stored["sha256"]), int(stored["size_bytes"] or 0), made, work.at)


def _versions(reader: Reader, document_id: str) -> list[Record]:
    return reader.related("document_version", "document_id", document_id, order="number")


def _require_subjects(work: UnitOfWork, **subjects: str | None) -> None:
    for name, row_id in subjects.items():
        if row_id:
            work.require(name, row_id)
