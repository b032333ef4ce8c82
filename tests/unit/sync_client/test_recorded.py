"""What of a run goes into the history."""

from __future__ import annotations

import pytest

from nxcrm_desktop.errors import NxcrmError
from sync.client.engine import SyncEngine
from sync.client.ports import Cancel, PaperSummary, Progress, SyncRun
from sync.client.recorded import PaperGate, RecordedSync
from tests.unit.sync_client.memory import ManualClock, MemoryStore, ScriptedServer, failing


class Notes:
    """A history in memory; ``full``: it cannot be written."""

    def __init__(self) -> None:
        self.runs: list[SyncRun] = []
        self.full = False

    def record(self, run: SyncRun) -> None:
        if self.full:
            raise NxcrmError("disk_full", "Full.")
        self.runs.append(run)


class Papers:
    """Documents: three, of which each call moves one, until it is cancelled."""

    def __init__(self, failure: NxcrmError | None = None) -> None:
        self.left, self.failure = 3, failure

    def tidy(self) -> None:
        """Nothing to remove."""

    def run(self, progress: Progress | None, cancel: Cancel | None) -> PaperSummary:
        moved = 0 if self.failure or (cancel is not None and cancel()) else 1
        self.left -= moved
        return PaperSummary(uploaded=moved, waiting=self.left, failure=self.failure)


class Device:
    def __init__(self, papers: Papers | None = None) -> None:
        self.store, self.server, self.notes, self.clock = MemoryStore(), ScriptedServer(), Notes(), ManualClock()
        self.gate = PaperGate(papers) if papers else None
        engine = SyncEngine(self.store, self.server, self.clock, papers=self.gate)
        self.sync = RecordedSync(engine, self.notes, self.clock)


def test_a_run_with_nothing_to_do_is_not_worth_a_line() -> None:
    device = Device()
    device.sync.run()
    assert device.notes.runs == []


def test_what_was_sent_and_received_is_kept() -> None:
    device = Device()
    device.store.edit()
    device.server.pages = [device.server.page(("a", 1), ("b", 1), complete=True)]
    summary = device.sync.run()
    (run,) = device.notes.runs
    assert (run.outcome, run.code, run.pushed, run.pulled) == ("done", None, 1, summary.pulled)
    assert summary.pulled == 2


def test_a_failure_is_kept_with_what_was_done_before_it() -> None:
    device = Device()
    device.store.edit()
    device.server.before = failing("pull")
    with pytest.raises(NxcrmError):
        device.sync.run()
    (run,) = device.notes.runs
    assert (run.outcome, run.code, run.pushed) == ("failed", "server_unreachable", 1)


def test_what_the_end_of_the_program_broke_is_no_failure() -> None:
    device = Device()
    stopping: list[bool] = []

    def broken(name: str, _: object) -> None:
        stopping.append(True)
        raise NxcrmError("server_unreachable", "Broken.")

    device.server.before = broken
    with pytest.raises(NxcrmError):
        device.sync.run(cancel=lambda: bool(stopping))
    assert device.notes.runs == []


def test_documents_left_over_are_told_with_the_reason() -> None:
    device = Device(Papers(NxcrmError("disk_full", "Full.")))
    device.sync.run()
    (run,) = device.notes.runs
    assert (run.outcome, run.code) == ("partial", "disk_full")


def test_shut_the_gate_lets_no_document_through_and_counts_them() -> None:
    device = Device(Papers())
    assert device.gate is not None
    device.gate.shut = lambda: True
    assert device.sync.run().papers == PaperSummary(waiting=3)
    device.gate.shut = lambda: False
    assert device.sync.run().papers == PaperSummary(uploaded=1, waiting=2)
    assert [run.papers_up for run in device.notes.runs] == [1]


def test_a_history_that_cannot_be_written_fails_no_run() -> None:
    device = Device()
    device.notes.full = True
    device.store.edit()
    assert device.sync.run().pushed == 1
