"""Work off the main thread and its outcome back on it: reads, writes, slow work; jobs to watch and to stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.runtime.executors import Executors
from ui.problems import note_bug, unexpected

T = TypeVar("T")
Failed = Callable[[NxcrmError], None]
Submit = Callable[[Callable[[], Any]], Future[Any]]
_READERS = 2

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Call:
    owner: QObject
    done: Callable[[Any], None]
    failed: Failed | None
    future: Future[Any]


class Tasks(QObject):
    """Runs callables on three lanes and calls back on the main thread, while the asking object lives.

    Reads have threads of their own, so that a list never waits for the network; writes are one after the other.
    Errors go to ``failed`` of the call or, without one, to :attr:`failed`; a bug is logged and becomes one too.
    """

    failed = Signal(object)
    _finished = Signal(object)

    def __init__(self, executors: Executors) -> None:
        super().__init__()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="nxcrm-reader")
        self._lanes: dict[str, Submit] = {"write": executors.write, "io": executors.io, "read": self._readers.submit}
        self._waiting = 0
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def idle(self) -> bool:
        """Whether no answer is outstanding."""
        return self._waiting == 0

    def read(
        self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed | None = None
    ) -> None:
        """Run a read."""
        self._start("read", _call(owner, done, failed), work)

    def write(
        self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed | None = None
    ) -> None:
        """Run a write, after those asked for before it."""
        self._start("write", _call(owner, done, failed), work)

    def io(
        self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed | None = None
    ) -> None:
        """Run something slow: network, a key derivation, a file."""
        self._start("io", _call(owner, done, failed), work)

    def close(self) -> None:
        """Take no more work, forget the answers still to come, wait for the readers."""
        self._closed = True
        self._readers.shutdown(wait=True, cancel_futures=True)

    def _start(self, lane: str, make: Callable[[Future[Any]], _Call], work: Callable[[], Any]) -> None:
        if self._closed:
            return
        self._waiting += 1
        future = self._lanes[lane](work)
        call = make(future)
        future.add_done_callback(lambda _future: self._announce(call))

    def _announce(self, call: _Call) -> None:
        if not self._closed:
            self._finished.emit(call)

    def _deliver(self, call: _Call) -> None:
        self._waiting -= 1
        if self._closed or not isValid(call.owner) or call.future.cancelled():
            return
        problem = call.future.exception()
        if problem is None:
            call.done(call.future.result())
            return
        if not isinstance(problem, NxcrmError):
            note_bug(problem)
            problem = unexpected()
        (call.failed or self.failed.emit)(problem)


def _call(owner: QObject, done: Callable[[Any], None], failed: Failed | None) -> Callable[[Future[Any]], _Call]:
    return lambda future: _Call(owner, done, failed, future)


class JobState(StrEnum):
    """Where a job stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(QObject):
    """Long work with a name, a progress bar and a stop button."""

    changed = Signal()
    finished = Signal(object)  # the result
    failed = Signal(object)  # NxcrmError
    _progressed = Signal(int, int)

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.state = JobState.RUNNING
        self.done, self.total = 0, 0
        self.problem: NxcrmError | None = None
        self._stop = threading.Event()
        self._progressed.connect(self._show_progress, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the work to stop at its next safe point."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for. Safe to read from any thread."""
        return self._stop.is_set()

    def report(self, done: int, total: int) -> None:
        """Report progress, from any thread."""
        self._progressed.emit(done, total)

    def settle(self, state: JobState, outcome: object = None) -> None:
        """The job is over."""
        self.state = state
        if isinstance(outcome, NxcrmError):
            self.problem = outcome
            self.failed.emit(outcome)
        elif state is JobState.DONE:
            self.finished.emit(outcome)
        self.changed.emit()

    def _show_progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.changed.emit()


def watch(job: Job) -> Watch:
    """The job as services see it: told how far the work is, asked whether to stop."""
    return Watch(job.report, lambda: job.cancelled)


class Jobs(QObject):
    """All jobs since the window opened, newest first."""

    changed = Signal()

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self.all: list[Job] = []

    @property
    def running(self) -> list[Job]:
        """Those not yet over."""
        return [job for job in self.all if job.state is JobState.RUNNING]

    def start(self, title: str, work: Callable[[Job], Any]) -> Job:
        """Start long work. It takes its own short transactions, so that edits made meanwhile do not wait for it."""
        job = Job(title)
        job.changed.connect(self.changed)
        self.all.insert(0, job)
        self._tasks.io(
            job, lambda: _run(work, job), lambda outcome: job.settle(*outcome), lambda e: job.settle(JobState.FAILED, e)
        )
        self.changed.emit()
        return job


def _run(work: Callable[[Job], Any], job: Job) -> tuple[JobState, Any]:
    try:
        return JobState.DONE, work(job)
    except NxcrmError as problem:
        if not job.cancelled:
            raise
        log.info("a job ended with %s after it was stopped", problem.code)
        return JobState.CANCELLED, None
