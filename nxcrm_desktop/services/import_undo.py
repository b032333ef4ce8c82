"""Undoing an import: what it made goes, what it changed goes back – except where somebody has worked on it since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from nxcrm_desktop.domain.dictionary import EntityInfo, referring_to
from nxcrm_desktop.domain.facts import Facts
from nxcrm_desktop.services.changes import change
from nxcrm_desktop.services.import_run import digest
from nxcrm_desktop.store.batches import ImportedRow
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

Counts = tuple[int, int, list[str]]
"""deleted, restored, ids kept"""


def undo_rows(unit: UnitOfWork, info: EntityInfo, batch: str, rows: Sequence[ImportedRow]) -> Counts:
    """Undo some rows of an import, inside the caller's transaction. Rows that are gone already are passed over."""
    here = {record.id: record for record in unit.get_many(info.name, [row.id for row in rows])}
    untouched = [row for row in rows if row.id in here and digest(info, here[row.id], batch) == row.digest]
    changed = [row for row in untouched if row.before is not None]
    used = _used(unit, info, [row.id for row in untouched if row.before is None])
    made = [row for row in untouched if row.before is None and row.id not in used]
    for row in changed:
        change(unit, info.name, row.id, json.loads(str(row.before)))
    for row in made:
        unit.delete(info.name, row.id)
    kept = here.keys() - {row.id for row in (*changed, *made)}
    return len(made), len(changed), sorted(kept)


def _used(reader: Reader, info: EntityInfo, ids: Sequence[str]) -> frozenset[str]:
    """Those of the rows that another row speaks of: a note, a follow-up, a deal, a document."""
    if not ids:
        return frozenset()
    return frozenset(_speaking_of(reader, info, ids))


def _speaking_of(reader: Reader, info: EntityInfo, ids: Sequence[str]) -> Iterable[str]:
    for other, column in _references(info.name):
        for record in reader.find_equal(other.name, column, ids):
            yield record.text(column)


def _references(name: str) -> list[tuple[EntityInfo, str]]:
    def local(pair: tuple[EntityInfo, str]) -> bool:
        facts: Facts = pair[0].fields[pair[1]]
        return not pair[0].facts.server_only and facts.ref == name

    return [pair for pair in referring_to(name) if local(pair)]
