"""Sync without being asked: at start, after edits, on news, on reconnect, now and then; quiet while nothing answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import SIGN_IN, TRANSIENT
from sync.client.ports import Cancel, Clock, LocalStore, PaperSummary, Progress, SyncProgress, SyncSummary
from sync.client.schedule import Schedule, asked_to_wait, spread, within
from sync.client.telling import MeteredRule, Phase, SyncStatus
from sync.client.transport import READ_SECONDS

Unsubscribe = Callable[[], None]
Subscribe = Callable[[Callable[[ChangeSet], None]], Unsubscribe]


_NOTHING = SyncProgress("push", 0, 0, 0, 0)


class Engine(Protocol):
    """What runs: a SyncEngine, or one whose runs are recorded."""

    @property
    def store(self) -> LocalStore:
        """The device's store."""

    def run(self, progress: Progress | None = None, cancel: Cancel | None = None) -> SyncSummary:
        """One run."""

    def make_way(self) -> None:
        """Documents under way let the rows go first."""


class News(Protocol):
    """Hears of news from the server; sync.client.live.LiveNews."""

    def want(self, wanted: bool) -> None:
        """Listen from now on, or no longer."""

    def stop(self, timeout: float) -> bool:
        """End for good. False: its thread still runs."""


class BackgroundSync:
    """One thread that runs the engine and reports: ``report`` is called from it alone, with each new status.

    ``interrupt`` breaks the engine's waits for the network, for good. Everything else may be called from any thread.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        subscribe: Subscribe,
        report: Callable[[SyncStatus], None],
        clock: Clock,
        schedule: Schedule | None = None,
        interrupt: Callable[[], None] = lambda: None,
        rule: MeteredRule = MeteredRule.ROWS,
        paused: bool = False,
    ) -> None:
        self._engine = engine
        self._subscribe = subscribe
        self._report = report
        self._clock = clock
        self._schedule = schedule or Schedule()
        self._interrupt = interrupt
        self._thread = threading.Thread(target=self._main, name="nxcrm-sync", daemon=True)
        self._listener: News | None = None
        self._changed = threading.Condition()  # guards what follows
        self._stopping = False
        self._paused = paused
        self._held = False  # nothing helps but the user: signing in
        self._metered = False
        self._rule = rule
        self._asked = False  # by hand: the next run rests on no link
        self._by_hand = False  # nor does the present one
        self._anyway = False  # by hand: documents, too, until the next run is over
        self._live = False  # news comes by itself
        self._news = False  # something to report though nothing to run
        self._due: float | None = None  # when the next run begins, by the monotonic clock
        self._quiet_until = 0.0  # back-off: edits and news wait for it, a kick does not
        self._server_until = 0.0  # Retry-After: everything waits for it
        self._failures = 0
        self._status = SyncStatus(Phase.OFFLINE)  # the thread's own
        self._papers = PaperSummary()  # the thread's own: of the last run
        self._retry_ms: int | None = None  # the thread's own: when a failed run is tried again

    # ------------------------------------------------------------------------------------------- what others call

    def start(self, listener: News | None = None) -> None:
        """Begin, with a run at once. ``listener`` is told to listen once the server has answered."""
        self._listener = listener
        with self._changed:
            self._news = self._news or self._paused
        self.reconnected()
        self._thread.start()

    def stop(self, timeout: float = READ_SECONDS) -> bool:
        """End, at the latest after the batch or page that is being stored, and wait for it ``timeout`` seconds.

        False: the thread still waits for the network; it will store nothing more.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._interrupt()
        quiet = self._listener is None or self._listener.stop(timeout)
        self._thread.join(timeout)
        return quiet and not self._thread.is_alive()

    def kick(self, *, anyway: bool = False) -> None:
        """Sync now, on any link: the user asked for it, or signed in. Only a pause and Retry-After still hold it.

        ``anyway``: documents, too, though the link is paid by volume.
        """
        with self._changed:
            self._asked = True
            self._anyway = self._anyway or anyway
            self._held = False
        self.reconnected()

    def reconnected(self) -> None:
        """The network came back: no back-off any more."""
        with self._changed:
            self._failures = 0
            self._quiet_until = 0.0
            self._run_at(self._clock.monotonic())
        self._engine.make_way()

    def kick_soft(self) -> None:
        """There is something newer at the server. Hints in quick succession go together; back-off is kept to."""
        with self._changed:
            self._run_at(max(self._clock.monotonic() + within(self._schedule.news), self._quiet_until))
        self._engine.make_way()

    def pause(self) -> None:
        """No further runs; the present one ends after its batch, page or piece."""
        with self._changed:
            self._paused = self._news = True
            self._changed.notify_all()
        self._listen(False)

    def resume(self) -> None:
        """Go on, with a run at once."""
        with self._changed:
            self._paused = False
        self.reconnected()

    def set_link(self, *, metered: bool, rule: MeteredRule) -> None:
        """The link is paid by volume, or not; and what to do then."""
        with self._changed:
            if (metered, rule) == (self._metered, self._rule):
                return
            self._metered, self._rule, self._news = metered, rule, True
            resting = self._resting
            if not resting:
                self._run_at(max(self._clock.monotonic(), self._quiet_until))
            self._changed.notify_all()
        if resting:
            self._listen(False)

    def live(self, up: bool) -> None:
        """News comes by itself from now on, or no longer: the timer is that much slower.

        What came before is told by the server when one begins to listen.
        """
        with self._changed:
            self._live, self._news = up, True
            if not up:
                self._run_at(max(self._clock.monotonic() + spread(self._schedule.every), self._quiet_until))
            self._changed.notify_all()

    def papers_wait(self) -> bool:
        """Whether the bytes of documents are to wait for a link that is not paid by volume. Asked by the engine."""
        return self._metered and self._rule is not MeteredRule.EVERYTHING and not self._anyway

    # --------------------------------------------------------------------------------------------------- the thread

    def _main(self) -> None:
        unsubscribe = self._subscribe(self._on_change)
        try:
            while (step := self._next_step()) is not None:
                step()
        except Exception:
            self._tell(Phase.FAILED)  # a bug: told here, logged by whoever watches over threads
            raise
        finally:
            unsubscribe()
            self._listen(False)

    def _next_step(self) -> Callable[[], None] | None:
        """What to do next, once there is something to do. None: stop."""
        with self._changed:
            while not self._stopping:
                if self._news:
                    self._news = False
                    return self._tell_standing
                wait = self._seconds_left()
                if wait is not None and wait <= 0:
                    self._due = None
                    self._by_hand, self._asked = self._asked, False
                    return self._run
                self._changed.wait(wait)
            return None

    def _seconds_left(self) -> float | None:
        """Until the next run; None: until something happens."""
        if self._paused or self._held or self._resting or self._due is None:
            return None
        return max(self._due, self._server_until) - self._clock.monotonic()

    @property
    def _resting(self) -> bool:
        """Whether the link is one on which nothing runs by itself."""
        asked = self._asked or self._by_hand
        return self._metered and self._rule is MeteredRule.NOTHING and not asked

    def _run(self) -> None:
        self._retry_ms = None
        self._tell(Phase.SYNCING)
        try:
            summary = self._engine.run(self._on_progress, self._is_cancelled)
        except NxcrmError as error:
            self._after_failure(error)
        else:
            self._after_success(summary)

    def _after_success(self, summary: SyncSummary) -> None:
        self._papers = summary.papers
        with self._changed:
            self._by_hand = self._anyway = False
            self._quiet_until = 0.0
            self._failures = self._failures + 1 if summary.papers.failure else 0
            self._run_in(self._rest_after(summary))
        self._listen(not (self._paused or self._resting))
        self._tell(self._at_rest())

    def _rest_after(self, summary: SyncSummary) -> float:
        made_way = summary.papers.waiting > 0 and summary.papers.failure is None and not self.papers_wait()
        if not summary.complete or made_way:
            return self._schedule.settle
        every = self._schedule.live if self._live else self._schedule.every
        return min(every, self._schedule.after_failures(self._failures)) if self._failures else every

    def _after_failure(self, error: NxcrmError) -> None:
        if self._stopping:
            return  # the network was taken away from it
        structlog.get_logger("nxcrm.sync").info("sync_failed", code=error.code)
        self._by_hand = self._anyway = False
        if error.code in SIGN_IN:
            with self._changed:
                self._held = True
            self._listen(False)
            self._tell(Phase.SIGN_IN, error=error)
            return
        self._back_off(asked_to_wait(error))
        self._tell(Phase.OFFLINE if error.code in TRANSIENT else Phase.FAILED, error=error)

    def _back_off(self, retry_after: float) -> None:
        with self._changed:
            now = self._clock.monotonic()
            self._failures += 1
            wait = spread(max(self._schedule.after_failures(self._failures), retry_after))
            self._server_until = now + retry_after
            self._quiet_until = now + wait
            self._due = None  # edits made meanwhile wait, too
            self._run_at(self._quiet_until)
        self._retry_ms = self._clock.now_ms() + int(wait * 1000)

    def _listen(self, wanted: bool) -> None:
        if self._listener is not None:
            self._listener.want(wanted and not self._stopping)

    # ---------------------------------------------------------------------------------------------------- when to run

    def _on_change(self, change: ChangeSet) -> None:
        """After local edits: those in quick succession go together, and none breaks the silence of a back-off."""
        if change.origin != "local":
            return
        with self._changed:
            self._news = True
            self._run_at(max(self._clock.monotonic() + self._schedule.settle, self._quiet_until))

    def _run_in(self, seconds: float) -> None:
        self._run_at(self._clock.monotonic() + spread(seconds))

    def _run_at(self, moment: float) -> None:
        self._due = moment if self._due is None else min(self._due, moment)
        self._changed.notify_all()

    def _is_cancelled(self) -> bool:
        return self._stopping or self._paused or self._resting

    # ---------------------------------------------------------------------------------------------------- what to tell

    def _on_progress(self, progress: SyncProgress) -> None:
        self._tell(Phase.SYNCING, progress=progress)

    def _at_rest(self) -> Phase:
        if self._paused:
            return Phase.PAUSED
        return Phase.METERED if self._resting else Phase.SYNCED

    def _tell_standing(self) -> None:
        phase = self._at_rest()
        if phase is Phase.SYNCED:  # neither paused nor resting: as it was, unless that is over
            phase = self._status.phase if self._status.phase not in (Phase.PAUSED, Phase.METERED) else Phase.SYNCED
        self._tell(phase, error=self._status.error)

    def _tell(self, phase: Phase, *, progress: SyncProgress | None = None, error: NxcrmError | None = None) -> None:
        if self._stopping:
            return  # the store may be closing
        standing = self._engine.store.standing()
        if phase in (Phase.SYNCED, Phase.CONFLICTS):
            phase = Phase.CONFLICTS if standing.conflicts else Phase.SYNCED
        moved = progress or _NOTHING
        status = SyncStatus(
            phase, moved.n, moved.of, standing.waiting, standing.conflicts, standing.last_sync_ms, error,
            stage=progress.phase if progress else "", bytes_up=moved.bytes_up, bytes_down=moved.bytes_down,
            retry_ms=self._retry_ms, live=self._live, metered=self._metered,
            papers_waiting=self._papers.waiting, papers_error=self._papers.failure,
        )  # fmt: skip
        if status != self._status:
            self._status = status
            self._report(status)
