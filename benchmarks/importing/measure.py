"""Import files shaped like a Zoho export of leads into a real encrypted store, outbox and search index included."""

from __future__ import annotations

import os
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.services.imports import ImportService
from nxcrm_desktop.store.engine import Store, create_store

EXPORT_ROWS = 3_900
_HEADER = (
    "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Website,Industry,Lead Source,Lead Status,Created Time,"
    "CONVERTED,month_Created Time1\n"
)
_STATUSES = ("Contact in Future", "Contacted", "Pre Qualified", "Lost Lead", "Not Contacted", "Junk Lead")
_OWNERS = ("Asha Rao", "Bina Shah", "Chand Pal", "Dev Nair", "Esha Roy")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; ``limit`` is what it must stay below, None when it is told for comparison."""

    name: str
    value: float
    unit: str
    limit: float | None = None


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
    store = create_store(folder / "store.db", os.urandom(32))
    try:
        return [*_speed(store, folder), *_memory(store, folder)]
    finally:
        store.close()


def _speed(store: Store, folder: Path) -> list[Figure]:
    actor = Actor(new_id(), Role.SALES)
    imports = ImportService(store, actor)
    path = zoho_leads(folder / "leads.csv", EXPORT_ROWS)
    started = time.perf_counter()
    result = imports.run(path, "lead", preset="zoho-leads")
    first = time.perf_counter() - started
    assert result.created == EXPORT_ROWS, result.as_json()
    started = time.perf_counter()
    assert imports.run(path, "lead", preset="zoho-leads").duplicates == EXPORT_ROWS
    again = time.perf_counter() - started
    assert result.batch is not None
    bare = _bare(store, actor)
    started = time.perf_counter()
    assert imports.undo(result.batch).deleted == EXPORT_ROWS
    return [
        Figure("import of 3,900 leads", first, "s", 3.0),
        Figure("the same rows written alone (create_many)", bare, "s"),
        Figure("the same file again, all duplicates", again, "s", 3.0),
        Figure("undo of 3,900 leads", time.perf_counter() - started, "s", 3.0),
    ]


def _bare(store: Store, actor: Actor) -> float:
    """Seconds to write the rows without reading a file: what of an import is the store's."""
    with store.read() as reader:
        page = reader.page(ListQuery("lead", order="id"), limit=EXPORT_ROWS)
    skipped = ("id", "created_at", "created_by", "updated_at", "updated_by")
    rows = [{n: v for n, v in record.values.items() if n not in skipped and v is not None} for record in page.rows]
    started = time.perf_counter()
    with store.write(actor) as work:
        made = work.create_many("lead", rows)
    spent = time.perf_counter() - started
    with store.write(actor) as work:
        for row_id in made:
            work.delete("lead", row_id)
    return spent


def _memory(store: Store, folder: Path) -> list[Figure]:
    """Peak of Python's memory over what was there before, for a file and for one ten times as long (dry runs)."""
    imports = ImportService(store, Actor(new_id(), Role.SALES))
    peaks = []
    for rows in (5_000, 50_000):
        path = zoho_leads(folder / f"{rows}.csv", rows)
        tracemalloc.start()
        assert imports.run(path, "lead", preset="zoho-leads", dry_run=True).created == rows
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    return [
        Figure("peak memory of importing 5,000 rows", peaks[0], "MB"),
        Figure("peak memory of importing 50,000 rows", peaks[1], "MB", peaks[0] + 20),
    ]


def main() -> None:
    """Print the figures; fail when one is beyond its limit."""
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    for figure in figures:
        limit = "" if figure.limit is None else f"   (below {figure.limit:.1f})"
        print(f"{figure.name:55} {figure.value:8.2f} {figure.unit}{limit}")
    if any(figure.limit is not None and figure.value > figure.limit for figure in figures):
        raise SystemExit(1)
