"""The privacy desk: finding a person in everything the company holds, and exporting what is held on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.privacy.package import NoPapers, Options, PackageSummary, build_package
from nxcrm_desktop.privacy.subjects import Subject, find_subjects, subject_of
from sync.protocol.codes import Code
from sync.protocol.privacy import Export, Person, Search
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.services.writes import server_write
from sync.server.sessions import DeviceSession
from sync.server.store.engine import read_snapshot
from sync.server.store.tables import METADATA

_REGISTERED = ("contact", "lead")


@dataclass(frozen=True, slots=True)
class Package:
    """A package as bytes. ``sha256`` is that of the whole file, as the disclosure register has it."""

    content: bytes
    sha256: str


class PrivacyDesk:
    """What privacy officers, and nobody else, do. Every search and export is in the audit trail."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

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
        with TemporaryDirectory(dir=self._context.config.data_dir, prefix="export-") as folder:
            path = Path(folder) / "package.zip"
            subject, summary = self._build(session, message, path)
            self._register(session, message, subject, summary)
            return Package(path.read_bytes(), summary.sha256)

    def _build(self, session: DeviceSession, message: Export, path: Path) -> tuple[Subject, PackageSummary]:
        config, keys = self._context.config, self._context.keys
        options = Options(message.reason, message.recipient, config.organisation, "the server", complete=True)
        with read_snapshot(self._context.engine) as connection:
            subject = subject_of(connection, METADATA, message.id)
            return subject, build_package(connection, METADATA, subject, options, keys, NoPapers(), path)

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


def _require_officer(session: DeviceSession) -> None:
    if session.role is not Role.PRIVACY_OFFICER:
        raise NxcrmError(
            Code.FORBIDDEN, "Only privacy officers may do this.", safe="Nothing was changed.",
            todo="Ask your privacy officer.",
        )  # fmt: skip
