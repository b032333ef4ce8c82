"""The history of sync: bounded, and one line for one long failure."""

from __future__ import annotations

from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.sync_runs import KEPT
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.ports import SyncRun


def _history(store: Store, limit: int = 1000) -> list[SyncRun]:
    with store.read() as reader:
        return reader.sync_runs(limit)


def test_runs_are_kept_newest_first_with_all_they_counted(store: Store) -> None:
    first = SyncRun(1, 2, "done", None, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    second = SyncRun(20, 21, "partial", "disk_full", pushed=1)
    for run in (first, second):
        SyncStore(store).record(run)
    assert _history(store) == [second, first]
    assert _history(store, 1) == [second]


def test_the_oldest_are_forgotten(store: Store) -> None:
    for at in range(KEPT + 5):
        SyncStore(store).record(SyncRun(at, at, "done", None, pushed=1))
    kept = _history(store)
    assert len(kept) == KEPT
    assert (kept[0].at, kept[-1].at) == (KEPT + 4, 5)


def test_a_day_without_network_is_one_line(store: Store) -> None:
    away = SyncRun(10, 11, "failed", "server_unreachable")
    for run in (SyncRun(1, 2, "done", None, pushed=1), away, SyncRun(50, 51, "failed", "server_unreachable")):
        SyncStore(store).record(run)
    assert [(run.at, run.ended, run.outcome) for run in _history(store)] == [(10, 51, "failed"), (1, 2, "done")]
    SyncStore(store).record(SyncRun(60, 61, "failed", "disk_full"))
    SyncStore(store).record(SyncRun(70, 71, "failed", "disk_full", pushed=2))
    assert [run.code for run in _history(store)[:3]] == ["disk_full", "disk_full", "server_unreachable"]
