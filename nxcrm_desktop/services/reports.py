"""Managers' reports on this device: what it may see, as it was at the last synchronisation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports import catalogue
from nxcrm_desktop.reports.catalogue import ReportFile, ReportKind, Request
from nxcrm_desktop.reports.table import ReportDocument
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.services.guard import not_allowed
from nxcrm_desktop.store.engine import Store

_UNWATCHED = Watch()
_MAKERS = frozenset({Role.SALES, Role.MANAGER, Role.AUDITOR})
_COVERAGE = {
    Role.SALES: "your own leads, as this laptop holds them",
    Role.MANAGER: "the leads of your team, as this laptop holds them",
    Role.AUDITOR: "all leads, as this laptop holds them",
}


class ReportService:
    """Reports by name, from one snapshot of the store; the file is written whole or not at all."""

    def __init__(self, store: Store, actor: Actor, full_name: str) -> None:
        self._store = store
        self._actor = actor
        self._full_name = full_name

    def available(self) -> list[ReportKind]:
        """The reports there are."""
        return [kind for kind, _ in catalogue.KINDS.values()]

    def build(self, name: str, *, since: date | None = None, until: date | None = None) -> ReportDocument:
        """A report as data, for a preview. NxcrmError ``unknown_report``, ``bad_period``, ``not_allowed``."""
        if self._actor.role not in _MAKERS:
            raise not_allowed(self._actor, "make reports about leads")
        request = Request(since, until, clock.now_ms(), self._full_name, _COVERAGE[self._actor.role])
        with self._store.read() as reader:
            return catalogue.build(reader.connection, self._store.metadata, name, request)

    def make(
        self, name: str, path: Path, *, since: str | None = None, until: str | None = None,
        watch: Watch = _UNWATCHED,
    ) -> ReportFile:  # fmt: skip
        """Write a report to a .pdf or .xlsx file. Days are YYYY-MM-DD; both ends are included."""
        watch.step(0, 2)
        report = self.build(name, since=_day("--from", since), until=_day("--to", until))
        watch.step(1, 2)
        return catalogue.write(report, name, path, watch.cancelled)


def _day(option: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NxcrmError(
            "invalid_value", f"“{text}” is not a day.", todo=f"Write {option} as YYYY-MM-DD.", details={"field": option}
        ) from None
