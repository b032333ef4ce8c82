"""What an import did, row by row where it matters, and as the command line prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nxcrm_desktop.importing.mapping import Rejection

MAX_LISTED = 10_000
"""Rows listed one by one; beyond them only the count grows, so that a hopeless file does not fill the memory."""

Progress = Callable[[int, int], None]
"""(rows done, rows in all)"""
Cancel = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A row that looks like one seen before: ``line`` of the file, the ``field`` that is equal, and ``of``: the id of
    the row in the store, or "line N" of the same file.
    """

    line: int
    field: str
    of: str


@dataclass(slots=True)
class ImportResult:
    """Each row is counted once: created, updated, left out as a duplicate, or rejected.

    ``look_alikes`` also names the rows that were updated, or created all the same. ``unmapped`` columns were not taken;
    ``warnings`` are rows taken without a link that leads nowhere. ``batch`` undoes it; None: nothing was written.
    """

    created: int = 0
    updated: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    rejected_count: int = 0
    look_alikes: list[LookAlike] = field(default_factory=list)
    warnings: list[Rejection] = field(default_factory=list)
    unmapped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    batch: str | None = None
    dry_run: bool = False
    cancelled: bool = False

    def reject(self, rejection: Rejection) -> None:
        """Count a refused row."""
        self.rejected_count += 1
        if len(self.rejected) < MAX_LISTED:
            self.rejected.append(rejection)

    def look_alike(self, found: LookAlike) -> None:
        """Note a row that looks like another."""
        if len(self.look_alikes) < MAX_LISTED:
            self.look_alikes.append(found)

    def warn(self, warnings: list[Rejection]) -> None:
        """Note links that were left empty."""
        self.warnings += warnings[: MAX_LISTED - len(self.warnings)]

    def as_json(self) -> Mapping[str, Any]:
        """The object of ``nxcrm import --json``."""
        return {
            "created": self.created,
            "updated": self.updated,
            "duplicates": self.duplicates,
            "rejected": [_row(rejection) for rejection in self.rejected],
            "batch": self.batch,
            "rejected_count": self.rejected_count,
            "look_alikes": [{"line": a.line, "field": a.field, "of": a.of} for a in self.look_alikes],
            "warnings": [_row(warning) for warning in self.warnings],
            "unmapped": list(self.unmapped),
            "notes": list(self.notes),
            "dry_run": self.dry_run,
            "cancelled": self.cancelled,
        }


def _row(rejection: Rejection) -> dict[str, str | int]:
    return {"line": rejection.line, "column": rejection.column, "reason": rejection.reason}


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What undoing an import did: rows deleted and restored, and ids of rows kept because they were worked on since."""

    deleted: int
    restored: int
    kept: tuple[str, ...]

    def as_json(self) -> Mapping[str, Any]:
        """The object of ``nxcrm import undo --json``."""
        return {"deleted": self.deleted, "restored": self.restored, "kept": list(self.kept)}
