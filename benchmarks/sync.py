"""Sync end to end: enrolled laptops with encrypted stores, a ``nxcrm-server`` process, TLS; SQLite and PostgreSQL."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import bare
from benchmarks.figures import Figure, Peer, seconds
from benchmarks.leads import leads, typed
from nxcrm_desktop.bootstrap import App, EnrolRequest, enrol
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.records import ListQuery, Value
from sync.client.ports import SyncProgress, SyncSummary
from sync.server.config import OrgPolicy
from tests.helpers.keys import CHEAP
from tests.helpers.postgres import cluster, database
from tests.helpers.server import PASSWORD, ServerHandle, running_server

ROWS = 10_000
EDITS = 1_000
_TIMES = 5
_USER = "asha"
_POLICY = OrgPolicy(password_only_devices=True)


@dataclass
class Run:
    """One run of sync: what it did, and seconds since its start at the last word of each phase."""

    summary: SyncSummary
    spent: float
    ends: dict[str, float] = field(default_factory=dict)


def measure(folder: Path) -> list[Figure]:
    """All figures of sync on both databases, measured in ``folder``."""
    with cluster("bench") as server, database(server) as url:
        return [*_on("SQLite", folder / "sqlite", None), *_on("PostgreSQL", folder / "postgres", url)]


def _on(name: str, folder: Path, url: str | None) -> list[Figure]:
    folder.mkdir()
    with running_server(folder, url, policy=_POLICY) as server, ExitStack() as stack:
        server.add_user(_USER)
        first = stack.enter_context(_laptop(server, folder / "first"))
        second = stack.enter_context(_laptop(server, folder / "second"))
        return [
            Figure(f"{name}: {figure.name}", figure.value, figure.unit, figure.target, figure.peer)
            for figure in _walk(folder, first, second)
        ]


@contextmanager
def _laptop(server: ServerHandle, folder: Path) -> Iterator[App]:
    """An enrolled laptop of the one user. Its password is cheap to check: keys are no part of what is measured here."""
    known = folder.with_name("first").exists()
    password, new = (PASSWORD, None) if known else (server.accounts[_USER].temporary_password, PASSWORD)
    request = EnrolRequest(folder, server.url, _USER, password, server.otp(_USER), new, server.ca_file, "Laptop")
    app = enrol(request, costs=CHEAP).app
    try:
        yield app
    finally:
        app.close()


def _walk(folder: Path, first: App, second: App) -> Iterator[Figure]:
    _sync(first), _sync(second)
    ids = _create(first, leads(ROWS))
    pushed = _sync(first)
    assert pushed.summary.pushed == ROWS
    assert not pushed.summary.rejected
    pulled = _sync(second)
    peer = Peer(bare.NAME, bare.bare(folder, _rows(second)))
    yield Figure(f"push of {ROWS:,} new leads", pushed.ends["push"], "s", peer=peer)
    yield Figure("the same with the pull that confirms them", pushed.spent, "s", peer=peer)
    yield from _bytes(f"push of {ROWS:,} new leads", pushed.summary)
    yield Figure(f"initial pull of {ROWS:,} leads", pulled.spent, "s", peer=peer)
    yield from _bytes(f"initial pull of {ROWS:,} leads", pulled.summary)
    yield from _edits(first, second, ids)
    yield from _small(first, second, ids[0])


def _edits(first: App, second: App, ids: Sequence[str]) -> Iterator[Figure]:
    with first.store.write(first.actor) as work:
        for row_id in ids[:EDITS]:
            work.update("lead", row_id, {"city": "Nashik", "interest": "Tata Nexon XZ"})
    pushed, pulled = _sync(first), _sync(second)
    assert (pushed.summary.pushed, pulled.summary.pulled) == (EDITS, EDITS)
    yield Figure(f"push of {EDITS:,} edits", pushed.ends["push"], "s")
    yield Figure(f"pull of {EDITS:,} edited leads", pulled.spent, "s")
    yield from _bytes(f"push of {EDITS:,} edits", pushed.summary)


def _small(first: App, second: App, row_id: str) -> Iterator[Figure]:
    there, empty = [], []
    for number in range(_TIMES):
        there.append(seconds(lambda number=number: _there_and_back(first, second, row_id, number)))  # type: ignore[misc]
        _sync(first)
        empty.append(_sync(first))
    yield Figure("one edit to the server, to another laptop, and one back, median", statistics.median(there), "s")
    yield Figure("sync with nothing to do, median", 1000 * statistics.median(run.spent for run in empty), "ms")
    yield from _bytes("sync with nothing to do", empty[-1].summary)


def _there_and_back(first: App, second: App, row_id: str, number: int) -> None:
    for app, other in ((first, second), (second, first)):
        city = f"{app.profile.folder.name} {number}"
        with app.store.write(app.actor) as work:
            work.update("lead", row_id, {"city": city})
        _sync(app), _sync(other)
        with other.store.read() as reader:
            assert reader.require("lead", row_id)["city"] == city


def _create(app: App, rows: list[dict[str, Value]]) -> list[str]:
    with app.store.write(app.actor) as work:
        return work.create_many("lead", typed(rows, app.actor.user_id))


def _rows(app: App) -> list[Sequence[Value]]:
    with app.store.read() as reader:
        page = reader.page(ListQuery("lead", order="id"), limit=ROWS)
    assert len(page.rows) == ROWS
    return [[record.values.get(name) for name in entity("lead").columns] for record in page.rows]


def _sync(app: App) -> Run:
    ends: dict[str, float] = {}
    began = time.perf_counter()

    def note(progress: SyncProgress) -> None:
        ends[progress.phase] = time.perf_counter() - began

    summary = app.sync.run(note)
    assert summary.complete
    return Run(summary, time.perf_counter() - began, ends)


def _bytes(what: str, summary: SyncSummary) -> Iterator[Figure]:
    yield Figure(f"{what}, sent", summary.bytes_up / 1e3, "kB")
    yield Figure(f"{what}, received", summary.bytes_down / 1e3, "kB")
