"""Pull, write, list and search in a real encrypted store of 100,000 leads."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import bare
from benchmarks.figures import Figure, Peer, p99, quantiles, seconds, times_ms
from benchmarks.leads import leads, pages, typed
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Compare, Condition, Keyset, ListQuery, Value
from nxcrm_desktop.store.engine import Store, create_store, open_store
from nxcrm_desktop.store.sync_store import SyncStore

ROWS = 100_000
_CREATED = 3_900
_SCREEN = 60  # rows a window asks for at a time
_AT_ONCE = 5  # pages to a transaction, as the sync client stores them
_TYPED = {
    "names in Latin letters": ("ravi", "sharma", "ravi k", "deepak patel", "kavita", "fatima khan"),
    "names in Devanagari": ("रमेश", "देवी", "रमेश श", "शर्मा", "यादव", "देवी यादव"),
    "Devanagari names in Latin letters": ("ramesh", "devi", "ramesh sharma", "yadav"),
    "fragments of phone numbers": ("9876543", "43210", "98765 4", "+91 98", "12345"),
    "e-mail addresses and companies": ("person.12", "person.98765", "motors 12", "example.com"),
}

Rows = list[dict[str, Value]]


def measure(folder: Path, count: int = ROWS) -> list[Figure]:
    """All figures of the store at ``count`` leads, measured in ``folder``."""
    rows = leads(count)
    peer = Peer(bare.NAME, bare.bare(folder, [tuple(row.values()) for row in rows], times=1))
    key = os.urandom(32)
    store = create_store(folder / "store.db", key)
    try:
        figures = [*_pulls(store, rows, peer), *_writes(folder, store, rows), *_reads(store), *_searches(store)]
    finally:
        store.close()
    return [*figures, _opening(folder / "store.db", key)]


def _pulls(store: Store, rows: Rows, peer: Peer) -> Iterable[Figure]:
    sync = SyncStore(store)
    sent = pages(rows)

    def pull() -> None:
        for at in range(0, len(sent), _AT_ONCE):
            sync.apply_pages(sent[at : at + _AT_ONCE])

    what = f"{len(rows):,} pulled leads stored, with search and checksums"
    yield Figure(what, seconds(pull), "s", peer=peer)
    yield Figure("the same leads once more", seconds(pull), "s", peer=peer)


def _writes(folder: Path, store: Store, rows: Rows) -> Iterable[Figure]:
    actor = Actor(new_id(), Role.MANAGER)
    few = rows[:_CREATED]
    fresh = typed(few, actor.user_id)

    def many() -> None:
        with store.write(actor) as work:
            work.create_many("lead", fresh)

    def edit(number: int) -> None:
        with store.write(actor) as work:
            row_id = str(rows[number * 13 % len(rows)]["id"])
            work.update("lead", row_id, {"city": f"City {number}", "name": f"Changed {number}"})

    peer = Peer(bare.NAME, bare.bare(folder, [tuple(row.values()) for row in few]))
    yield Figure(f"{_CREATED:,} leads created, with outbox and search", seconds(many), "s", peer=peer)
    yield from quantiles("one edit saved", times_ms(edit, 200), 50)


def _reads(store: Store) -> Iterable[Figure]:
    by_name, by_city = ListQuery("lead", order="name"), ListQuery("lead", order="city", descending=True)
    booked = ListQuery("lead", where=(Condition("stage", Compare.EQ, "booked"),), order="updated_at", descending=True)
    with store.read() as reader:
        anchors: list[Keyset] = []
        jump = seconds(lambda: anchors.extend(reader.anchors(by_name, 1000)))
        yield from quantiles("first page of a list", times_ms(lambda _: reader.page(by_name, limit=_SCREEN), 50), 100)
        yield from quantiles(
            "first page in another order", times_ms(lambda _: reader.page(by_city, limit=_SCREEN), 50), 100
        )
        far = times_ms(lambda n: reader.page(by_name, limit=_SCREEN, after=anchors[n % len(anchors)]), 300)
        yield from quantiles("a page anywhere in a list", far, 50)
        yield Figure("positions for jumping through the whole list", 1000 * jump, "ms")
        yield from quantiles(
            "first page of a filtered list", times_ms(lambda _: reader.page(booked, limit=_SCREEN), 50), 100
        )
        counted = times_ms(lambda _: reader.count(booked), 5)
        yield Figure("count of a filtered list, median", statistics.median(counted), "ms")


def _searches(store: Store) -> Iterable[Figure]:
    with store.read() as reader:
        for kind, some in _TYPED.items():
            heads = _as_typed(some)
            spent = times_ms(lambda n: reader.search(heads[n % len(heads)]), 3 * len(heads))  # noqa: B023 (runs at once)
            yield from quantiles(f"search as one types {kind}", spent, 50)
        words = [word for some in _TYPED.values() for word in some]
        listed = times_ms(
            lambda n: reader.page(ListQuery("lead", search=words[n], order="name"), limit=_SCREEN), len(words)
        )
    yield Figure("list filtered by search, in order of name, 99th percentile", p99(listed), "ms")


def _as_typed(words: Sequence[str]) -> list[str]:
    """What is in the search box after each key."""
    return [word[:length] for word in words for length in range(1, len(word) + 1) if word[:length].strip()]


def _opening(path: Path, key: bytes) -> Figure:
    def use(_: int) -> None:
        store = open_store(path, key)
        with store.read() as reader:
            reader.page(ListQuery("lead"), limit=_SCREEN)
        store.close()

    return Figure("store opened and a first page read, median", statistics.median(times_ms(use, 5)), "ms", 500)
