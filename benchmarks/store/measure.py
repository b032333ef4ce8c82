"""Pull, write, list and search in a real encrypted store."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.importing.measure import Figure
from benchmarks.store.leads import leads, pages
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import COMMON
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Compare, Condition, Keyset, ListQuery, Value
from nxcrm_desktop.store.engine import Store, create_store, open_store
from nxcrm_desktop.store.statements import statements
from nxcrm_desktop.store.sync_store import SyncStore

ROWS = 100_000
_TYPED = ("r", "s", "98", "91", "ra", "987", "ravi", "sharma", "ravi k", "रमेश", "रमेश श", "ramesh sharma", "motors 12",
          "person.12", "9876", "43210", "wants", "deepak swift", "zzzz", "maruti")  # fmt: skip
_SCREEN = 60  # rows a window asks for at a time

Rows = list[dict[str, Value]]


def measure(folder: Path, count: int = ROWS) -> list[Figure]:
    """All figures of the store at ``count`` leads, measured in ``folder``."""
    rows = leads(count)
    bare = _bare(folder / "bare.db", rows)
    key = os.urandom(32)
    store = create_store(folder / "store.db", key)
    try:
        figures = [*_pulls(store, rows, bare), *_writes(store, rows), *_reads(store), *_searches(store)]
    finally:
        store.close()
    return [*figures, _opening(folder / "store.db", key)]


def _rate(count: int, act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return count / (time.perf_counter() - started)


def _bare(path: Path, rows: Rows) -> float:
    """Rows per second of one executemany and its commit: same tables, same indexes, same cipher; nothing else."""
    store = create_store(path, os.urandom(32))
    values = [tuple(row.values()) for row in rows]

    def write() -> None:
        with store.transaction() as (connection, _):
            connection.connection.cursor().executemany(statements("lead").insert, values)

    rate = _rate(len(rows), write)
    store.close()
    return rate


def _pulls(store: Store, rows: Rows, bare: float) -> Iterable[Figure]:
    sync = SyncStore(store)
    sent = pages(rows)
    rate = _rate(len(rows), lambda: [sync.apply_pages(sent[at : at + 5]) for at in range(0, len(sent), 5)])
    again = _rate(len(rows), lambda: [sync.apply_pages(sent[at : at + 5]) for at in range(0, len(sent), 5)])
    yield Figure(f"bare executemany of {len(rows):,} leads", bare, "rows/s")
    yield Figure("pages stored, with search, memberships and checksums", rate, "rows/s")
    yield Figure("of the bare rate", rate / bare, "×")
    yield Figure("the same pages once more", again, "rows/s")


def _writes(store: Store, rows: Rows) -> Iterable[Figure]:
    actor = Actor(new_id(), Role.MANAGER)
    fresh = [{n: v for n, v in row.items() if n not in COMMON and v is not None} for row in rows[:3_900]]

    def many() -> None:
        with store.write(actor) as work:
            work.create_many("lead", fresh)

    yield Figure("create_many of 3,900 leads, with outbox and search", _rate(len(fresh), many), "rows/s")
    edits = list(_timed(lambda n: _edit(store, actor, str(rows[n * 13 % len(rows)]["id"]), n), 200))
    yield Figure("one edit saved, median", statistics.median(edits), "ms")
    yield Figure("one edit saved, 99th percentile", _p99(edits), "ms", 50)


def _edit(store: Store, actor: Actor, row_id: str, number: int) -> None:
    with store.write(actor) as work:
        work.update("lead", row_id, {"city": f"City {number}", "name": f"Changed {number}"})


def _timed(act: Callable[[int], object], times: int) -> Iterable[float]:
    for number in range(times):
        started = time.perf_counter()
        act(number)
        yield (time.perf_counter() - started) * 1000


def _p99(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=100)[98]


def _reads(store: Store) -> Iterable[Figure]:
    by_name = ListQuery("lead", order="name")
    filtered = ListQuery("lead", where=(Condition("stage", Compare.EQ, "won"),), order="updated_at", descending=True)
    with store.read() as reader:
        first = list(_timed(lambda _: reader.page(by_name, limit=_SCREEN), 50))
        anchors: list[Keyset] = []
        jump = list(_timed(lambda _: anchors.extend(reader.anchors(by_name, 1000)), 1))
        scroll = list(_timed(lambda n: reader.page(by_name, limit=_SCREEN, after=anchors[n % len(anchors)]), 300))
        won = list(_timed(lambda _: reader.page(filtered, limit=_SCREEN), 50))
        count = list(_timed(lambda _: reader.count(filtered), 5))
    yield Figure("first page of a list, median", statistics.median(first), "ms", 100)
    yield Figure("a page anywhere in it, 99th percentile", _p99(scroll), "ms", 50)
    yield Figure("positions for jumping through the whole list", jump[0], "ms")
    yield Figure("first page of a filtered list, 99th percentile", _p99(won), "ms", 100)
    yield Figure("count of a filtered list", statistics.median(count), "ms")


def _searches(store: Store) -> Iterable[Figure]:
    with store.read() as reader:
        everywhere = list(_timed(lambda n: reader.search(_TYPED[n % len(_TYPED)]), 20 * len(_TYPED)))
        listed = list(
            _timed(
                lambda n: reader.page(ListQuery("lead", search=_TYPED[n % len(_TYPED)], order="name"), limit=_SCREEN),
                5 * len(_TYPED),
            )
        )
    yield Figure("search as one types, median", statistics.median(everywhere), "ms")
    yield Figure("search as one types, 99th percentile", _p99(everywhere), "ms", 50)
    yield Figure("searched list in order of name, 99th percentile", _p99(listed), "ms")


def _opening(path: Path, key: bytes) -> Figure:
    def use() -> None:
        store = open_store(path, key)
        with store.read() as reader:
            reader.page(ListQuery("lead"), limit=_SCREEN)
        store.close()

    return Figure("open the store and read a first page", statistics.median(_timed(lambda _: use(), 5)), "ms", 500)


def main() -> None:
    """Print the figures; exit 1 when one is beyond its limit."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), count)
    for figure in figures:
        limit = "" if figure.limit is None else f"  (limit {figure.limit:g})"
        print(f"{figure.name:<60} {figure.value:>12,.2f} {figure.unit}{limit}")
    sys.exit(any(figure.limit is not None and figure.value > figure.limit for figure in figures))
