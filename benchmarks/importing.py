"""Import files shaped like a Zoho export of leads into a real encrypted store, outbox and search index included."""

from __future__ import annotations

import os
import statistics
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import bare
from benchmarks.figures import Figure, Peer, seconds
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery, Value
from nxcrm_desktop.services.imports import ImportService
from nxcrm_desktop.store.engine import Store, create_store

EXPORT_ROWS = 3_900
_TIMES = 3
_HEADER = (
    "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Website,Industry,Lead Source,Lead Status,Created Time,"
    "CONVERTED,month_Created Time1\n"
)
_STATUSES = ("Contact in Future", "Contacted", "Pre Qualified", "Lost Lead", "Not Contacted", "Junk Lead")
_OWNERS = ("Asha Rao", "Bina Shah", "Chand Pal", "Dev Nair", "Esha Roy")


def zoho_leads(path: Path, rows: int) -> Path:
    """A file of that many different leads, the same on every run."""

    def lines() -> Iterator[str]:
        for n in range(rows):
            phone = f"660-{200 + n // 10_000 % 800}-{n % 10_000:04d}"
            yield (
                f"{n},Person {n},Company {n % 911},{_OWNERS[n % 5]},person.{n}@example.org,{phone},site{n % 2900}.com,"
                f'Pharma,Cold Call,{_STATUSES[n % 6]},"{n % 28 + 1:02d} Apr, 2021 00:03:00",Yes,April\n'
            )

    with path.open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        file.writelines(lines())
    return path


def measure(folder: Path) -> list[Figure]:
    """All figures of importing, measured in ``folder``."""
    path = zoho_leads(folder / "leads.csv", EXPORT_ROWS)
    runs, rows = [], []
    for number in range(_TIMES):
        store = create_store(folder / f"{number}.db", os.urandom(32))
        try:
            runs.append(_walk(store, path))
            rows = _rows(store)
        finally:
            store.close()
    first, again, undo = (statistics.median(spent) for spent in zip(*runs, strict=True))
    peer = Peer(bare.NAME, bare.bare(folder, rows))
    return [
        Figure(f"import of {EXPORT_ROWS:,} leads", first, "s", 3.0, peer),
        Figure("the same file again, all duplicates", again, "s", 3.0),
        Figure(f"undo of {EXPORT_ROWS:,} leads", undo, "s", 3.0),
        *_memory(folder),
    ]


def _walk(store: Store, path: Path) -> tuple[float, float, float]:
    """Seconds of an import, of the same again, and of an undo; the rows stay imported afterwards."""
    imports = ImportService(store, Actor(new_id(), Role.SALES))
    batches: list[str | None] = []

    def first() -> None:
        result = imports.run(path, "lead", preset="zoho-leads")
        assert result.created == EXPORT_ROWS, result.as_json()
        batches.append(result.batch)

    def again() -> None:
        assert imports.run(path, "lead", preset="zoho-leads").duplicates == EXPORT_ROWS

    def undo() -> None:
        assert batches[0] is not None
        assert imports.undo(batches[0]).deleted == EXPORT_ROWS

    spent = seconds(first), seconds(again), seconds(undo)
    first()
    return spent


def _rows(store: Store) -> list[Sequence[Value]]:
    with store.read() as reader:
        page = reader.page(ListQuery("lead", order="id"), limit=EXPORT_ROWS)
    return [[record.values.get(name) for name in entity("lead").columns] for record in page.rows]


def _memory(folder: Path) -> list[Figure]:
    """Peak of Python's memory over what was there before, for a file and for one ten times as long (dry runs)."""
    store = create_store(folder / "memory.db", os.urandom(32))
    imports = ImportService(store, Actor(new_id(), Role.SALES))
    peaks = []
    for rows in (2_000, 20_000):
        path = zoho_leads(folder / f"{rows}.csv", rows)
        tracemalloc.start()
        assert imports.run(path, "lead", preset="zoho-leads", dry_run=True).created == rows
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    store.close()
    return [
        Figure("peak memory of importing 2,000 rows", peaks[0], "MB"),
        Figure("peak memory of importing 20,000 rows", peaks[1], "MB", peaks[0] + 20),
    ]
