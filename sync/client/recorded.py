"""Runs of sync, each kept in the history if it did something or failed; and documents that can be told to wait."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import structlog

from nxcrm_desktop.errors import NxcrmError
from sync.client.engine import SyncEngine
from sync.client.ports import (
    Cancel,
    Clock,
    History,
    LocalStore,
    PaperSummary,
    PaperTransfer,
    Progress,
    SyncProgress,
    SyncRun,
    SyncSummary,
)


class PaperGate:
    """Documents wait while ``shut`` says so; their rows do not."""

    def __init__(self, inner: PaperTransfer) -> None:
        self._inner = inner
        self.shut: Callable[[], bool] = lambda: False

    def tidy(self) -> None:
        """See PaperTransfer."""
        self._inner.tidy()

    def run(self, progress: Progress | None, cancel: Cancel | None) -> PaperSummary:
        """See PaperTransfer; shut meanwhile, it ends after the present piece. What waits is counted either way."""
        return self._inner.run(progress, lambda: self.shut() or (cancel is not None and cancel()))


class RecordedSync:
    """A SyncEngine with a memory. A history that cannot be written fails no run."""

    def __init__(self, engine: SyncEngine, history: History, clock: Clock) -> None:
        self._engine = engine
        self._history = history
        self._clock = clock

    def alone(self) -> AbstractContextManager[object]:
        """See SyncEngine."""
        return self._engine.alone()

    @property
    def store(self) -> LocalStore:
        """The device's store."""
        return self._engine.store

    def make_way(self) -> None:
        """See SyncEngine."""
        self._engine.make_way()

    def run(self, progress: Progress | None = None, cancel: Cancel | None = None) -> SyncSummary:
        """See SyncEngine."""
        seen = _Seen(progress, self._clock.now_ms())
        cancelled = cancel or (lambda: False)
        try:
            summary = self._engine.run(seen.take, cancel)
        except NxcrmError as error:
            if not cancelled():  # else it was not the network's failure, but taken away; the store may be closing
                self._keep(replace(seen.run, outcome="failed", code=error.code))
            raise
        run = _done(seen.run, summary, stopped=cancelled())
        if run.outcome == "partial" or run.pushed + run.pulled + run.papers_up + run.papers_down:
            self._keep(run)
        return summary

    def _keep(self, run: SyncRun) -> None:
        try:
            self._history.record(replace(run, ended=self._clock.now_ms()))
        except NxcrmError as error:
            structlog.get_logger("nxcrm.sync").info("history_not_kept", code=error.code)


class _Seen:
    """What a run told of itself: all that is known of one that failed."""

    def __init__(self, progress: Progress | None, at: int) -> None:
        self._progress = progress
        self.run = SyncRun(at, at, "stopped")

    def take(self, now: SyncProgress) -> None:
        self.run = replace(self.run, bytes_up=now.bytes_up, bytes_down=now.bytes_down)
        if now.phase == "push":
            self.run = replace(self.run, pushed=now.n)
        elif now.phase == "pull":
            self.run = replace(self.run, pulled=now.n)
        if self._progress is not None:
            self._progress(now)


def _done(begun: SyncRun, summary: SyncSummary, *, stopped: bool) -> SyncRun:
    papers = summary.papers
    if papers.failure is not None:
        begun = replace(begun, outcome="partial", code=papers.failure.code)
    elif not stopped:
        begun = replace(begun, outcome="done")
    return replace(
        begun, pushed=summary.pushed, pulled=summary.pulled, merged=summary.merged,
        conflicts=summary.conflicts, rejected=summary.rejected, papers_up=papers.uploaded,
        papers_down=papers.downloaded, bytes_up=summary.bytes_up, bytes_down=summary.bytes_down,
    )  # fmt: skip
