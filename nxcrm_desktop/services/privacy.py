"""The privacy export on a device: a field worker's own part offline, the whole from the server for the officer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import file_digest
from pathlib import Path

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.permissions import Action, may
from nxcrm_desktop.privacy.collect import collect
from nxcrm_desktop.privacy.package import Options, PackageSummary, Papers, Signer, build_package
from nxcrm_desktop.privacy.subjects import Subject, SubjectHit, find_subjects, subject_of
from nxcrm_desktop.privacy.verify import MAX_BYTES, verify_package
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.security.files import TEMPORARY_SUFFIX, private, sync_file, sync_folder, translated
from nxcrm_desktop.services.guard import not_allowed
from nxcrm_desktop.store.engine import Store
from sync.client.transport import Transport
from sync.protocol import privacy as messages

Gather = Callable[[Iterable[tuple[str, int]], Watch], None]
"""Brings here what can be had of contents, by hash and size."""

HOME_COUNTRY = "IN"
_UNWATCHED = Watch()


class PrivacyService:
    """Find a person and export what is held on them. Every export is entered in the disclosure register."""

    def __init__(
        self,
        store: Store,
        actor: Actor,
        full_name: str,
        key: Signer,
        papers: Papers,
        transport: Transport,
        gather: Gather,
    ) -> None:
        self._store = store
        self._actor = actor
        self._full_name = full_name
        self._key = key
        self._papers = papers
        self._transport = transport
        self._gather = gather

    @property
    def whole(self) -> bool:
        """Whether this user's searches and exports are made by the server, over everything the company holds."""
        return self._actor.role is Role.PRIVACY_OFFICER

    def search(self, text: str) -> list[SubjectHit]:
        """People by phone, e-mail or name. NxcrmError ``not_allowed``; for the officer also those of the network."""
        self._guard()
        if self.whole:
            found = self._transport.post("/v1/privacy/search", messages.Search(text), list[messages.Person])
            return [SubjectHit(one.entity, one.id, one.label, one.why) for one in found]
        with self._store.read() as reader:
            return find_subjects(reader.connection, self._store.metadata, text)

    def export(
        self, subject_id: str, path: Path, *, reason: str, recipient: str, watch: Watch = _UNWATCHED
    ) -> PackageSummary:
        """Write the package of a person found by :meth:`search`; the file appears whole or not at all.

        NxcrmError ``cancelled`` once the watch stops it; what the server has entered in its register stays there.
        """
        self._guard()
        make = self._export_whole if self.whole else self._export_part
        return make(subject_id, path, reason, recipient, watch)

    def _guard(self) -> None:
        if not may(self._actor.role, Action.CREATE, "disclosure"):
            raise not_allowed(self._actor, "export what is held on a person")

    def _export_part(self, subject_id: str, path: Path, reason: str, recipient: str, watch: Watch) -> PackageSummary:
        options = Options(reason, recipient, self._full_name, "this laptop", complete=False)
        self._gather(self._contents(subject_id), Watch(cancelled=watch.cancelled))
        with self._store.read() as reader:
            subject = subject_of(reader.connection, self._store.metadata, subject_id)
            summary = build_package(
                reader.connection, self._store.metadata, subject, options, self._key, self._papers, path, watch
            )
        try:
            self._register(subject, summary, reason, recipient)
        except BaseException:
            path.unlink(missing_ok=True)  # nothing leaves without an entry in the register
            raise
        return summary

    def _contents(self, subject_id: str) -> list[tuple[str, int]]:
        """Hash and size of the papers that belong in, read beforehand: no snapshot waits for a network."""
        with self._store.read() as reader:
            subject = subject_of(reader.connection, self._store.metadata, subject_id)
            found = collect(reader.connection, self._store.metadata, subject)
        rows = found.rows.get("document_version", ())
        return [(str(row["sha256"]), int(row["size_bytes"] or 0)) for row in rows]

    def _register(self, subject: Subject, summary: PackageSummary, reason: str, recipient: str) -> None:
        with self._store.write(self._actor) as work:
            work.create("disclosure", {
                **({f"{subject.entity}_id": subject.id} if subject.entity in ("lead", "contact") else {}),
                "recipient": recipient,
                "basis": reason,
                "country": HOME_COUNTRY,
                "disclosed_at": clock.now_ms(),
                "package_sha256": summary.sha256,
            })  # fmt: skip

    def _export_whole(self, subject_id: str, path: Path, reason: str, recipient: str, watch: Watch) -> PackageSummary:
        request = messages.Export(subject_id, reason, recipient, HOME_COUNTRY)
        watch.step(0, 2)
        digest = self._receive(request, path, watch)
        watch.step(1, 2)
        verified = verify_package(path)
        return PackageSummary(
            str(path),
            digest,
            verified.counts,
            verified.documents,
            verified.missing_documents,
            verified.complete,
        )

    def _receive(self, request: messages.Export, path: Path, watch: Watch) -> str:
        """Fetch the package, whole or not at all; returns its SHA-256."""

        def moved(_: int) -> None:
            watch.step(0, 2)

        temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
        try:
            with open(temporary, "wb", opener=private) as file:
                self._transport.download(
                    "/v1/privacy/export", request, file, messages.PACKAGE_TYPE, most=MAX_BYTES, moved=moved
                )  # fmt: skip
                sync_file(file)
            with temporary.open("rb") as written:
                digest = file_digest(written, "sha256").hexdigest()
            temporary.replace(path)
        except OSError as problem:
            raise translated(problem) from problem
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
        return digest
