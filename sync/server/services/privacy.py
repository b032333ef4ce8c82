"""The privacy desk: finding a person in everything the company holds, and exporting what is held on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256 as new_hash
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.privacy.collect import collect
from nxcrm_desktop.privacy.package import Options, PackageSummary, build_package
from nxcrm_desktop.privacy.subjects import Subject, find_subjects, subject_of
from sync.protocol.codes import Code
from sync.protocol.privacy import Export, Person, Search
from sync.server.blobs.sealing import PieceDamaged, SealedPieces
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.services.writes import server_write
from sync.server.sessions import DeviceSession
from sync.server.store import blobs
from sync.server.store.engine import read_snapshot
from sync.server.store.tables import METADATA

_BLOCK = 256 * 1024
_REGISTERED = ("contact", "lead")


@dataclass(frozen=True, slots=True)
class Package:
    """A package in a folder of its own. ``sha256`` is that of the whole file, as the disclosure register has it."""

    path: Path
    sha256: str
    folder: TemporaryDirectory[str]

    def blocks(self) -> Iterator[bytes]:
        """The file, a little at a time; once it is given, or nobody asks any more, the folder is removed."""
        with self.folder, self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


class PrivacyDesk:
    """What privacy officers, and nobody else, do. Every search and export is in the audit trail."""

    def __init__(self, context: ServerContext, pieces: SealedPieces) -> None:
        self._context = context
        self._pieces = pieces

    def search(self, session: DeviceSession, message: Search) -> list[Person]:
        """People who fit. NxcrmError ``forbidden``, ``nothing_to_search``."""
        _require_officer(session)
        with read_snapshot(self._context.engine) as connection:
            hits = find_subjects(connection, METADATA, message.text)
        with server_write(self._context.engine, session.user_id) as write:
            event = audit.Event("privacy.searched", session.user_id, session.device_id, detail={"found": len(hits)})
            audit.append(write.connection, event, self._context.clock())
        return [Person(hit.entity, hit.id, hit.label, hit.why) for hit in hits]  # type: ignore[arg-type]

    def export(self, session: DeviceSession, message: Export) -> Package:
        """The signed package of one person. It leaves only once the disclosure is registered.

        NxcrmError ``forbidden``, ``subject_unknown``.
        """
        _require_officer(session)
        # The data folder is the server's alone; the system's temporary folder may not be.
        folder = TemporaryDirectory(dir=self._context.config.data_dir, prefix="export-")
        path = Path(folder.name) / "package.zip"
        try:
            subject, summary = self._build(message, path)
            self._register(session, message, subject, summary)
        except BaseException:
            folder.cleanup()
            raise
        return Package(path, summary.sha256, folder)

    def _build(self, message: Export, path: Path) -> tuple[Subject, PackageSummary]:
        config, keys = self._context.config, self._context.keys
        options = Options(message.reason, message.recipient, config.organisation, "the server", complete=True)
        with read_snapshot(self._context.engine) as connection:
            subject = subject_of(connection, METADATA, message.id)
            papers = _Papers(connection, self._pieces, subject)
            return subject, build_package(connection, METADATA, subject, options, keys, papers, path)

    def _register(self, session: DeviceSession, message: Export, subject: Subject, summary: PackageSummary) -> None:
        now = self._context.clock()
        row: dict[str, Value] = {
            "recipient": message.recipient, "basis": message.reason, "country": message.country, "disclosed_at": now,
            "package_sha256": summary.sha256,
        }  # fmt: skip
        if subject.entity in _REGISTERED:
            row[f"{subject.entity}_id"] = subject.id
        with server_write(self._context.engine, session.user_id) as write:
            entry = write.put("disclosure", row)
            detail: dict[str, Value] = {"disclosure": entry, "rows": sum(summary.counts.values())}
            event = audit.Event(
                "privacy.exported", session.user_id, session.device_id, subject.entity, subject.id, detail
            )
            audit.append(write.connection, event, now)


class _Papers:
    """The bytes of the documents of one person, to go into their package.

    Only those that the maker of a document of theirs has proved to hold: whoever files a document under a hash they
    have seen somewhere must not bring another person's papers into the package.
    """

    def __init__(self, connection: Connection, pieces: SealedPieces, subject: Subject) -> None:
        self._connection = connection
        self._pieces = pieces
        rows = collect(connection, METADATA, subject).rows.get("document_version", ())
        self._theirs = {
            str(row["sha256"]) for row in rows if blobs.is_proved(connection, str(row["id"]), str(row["sha256"]))
        }

    def read(self, sha256: str) -> bytes | None:
        """The content, verified against its hash; None when it is not here."""
        size = blobs.size_of(self._connection, sha256)
        if size is None or sha256 not in self._theirs:
            return None
        try:
            content = b"".join(self._pieces.read(blobs.pieces_of(self._connection, sha256), 0, size))
        except PieceDamaged:
            return None
        return content if new_hash(content).hexdigest() == sha256 else None


def _require_officer(session: DeviceSession) -> None:
    if session.role is not Role.PRIVACY_OFFICER:
        raise NxcrmError(
            Code.FORBIDDEN, "Only privacy officers may do this.", safe="Nothing was changed.",
            todo="Ask your privacy officer.",
        )  # fmt: skip
