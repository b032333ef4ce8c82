"""Sync without being asked: at start, after edits, on reconnect, and now and then; quiet while there is no network."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.errors import NxcrmError
from sync.client.engine import SyncEngine
from sync.client.failures import SIGN_IN, TRANSIENT
from sync.client.ports import Clock, SyncProgress
from sync.client.transport import READ_SECONDS

Unsubscribe = Callable[[], None]
Subscribe = Callable[[Callable[[ChangeSet], None]], Unsubscribe]

JITTER: Final = 0.2
LONGEST_RETRY_AFTER: Final = 3600.0
"""Seconds a server may ask to be left alone; a mistyped number must not silence a device for good."""


class Phase(StrEnum):
    """What the sync pill says."""

    SYNCED = "synced"
    SYNCING = "syncing"
    OFFLINE = "offline"
    CONFLICTS = "conflicts"
    SIGN_IN = "sign_in"
    FAILED = "failed"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What is told: ``n`` of ``of`` while syncing, edits ``waiting``, open ``conflicts``, last full run (UTC ms).

    ``error``: why the phase is offline, sign_in or failed.
    """

    phase: Phase
    n: int = 0
    of: int = 0
    waiting: int = 0
    conflicts: int = 0
    last_sync_ms: int | None = None
    error: NxcrmError | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Seconds: ``every`` between runs, ``settle`` after an edit, back-off from ``first`` to ``longest``."""

    every: float = 60.0
    settle: float = 0.5
    first: float = 5.0
    longest: float = 900.0

    def after_failures(self, failures: int) -> float:
        """How long to wait after so many failures in a row (≥ 1)."""
        return min(self.first * 2.0 ** min(failures - 1, 30), self.longest)


class BackgroundSync:
    """One thread that runs the engine and reports: ``report`` is called from it alone, with each new status."""

    def __init__(
        self,
        engine: SyncEngine,
        *,
        subscribe: Subscribe,
        report: Callable[[SyncStatus], None],
        clock: Clock,
        schedule: Schedule | None = None,
    ) -> None:
        self._engine = engine
        self._subscribe = subscribe
        self._report = report
        self._clock = clock
        self._schedule = schedule or Schedule()
        self._thread = threading.Thread(target=self._main, name="nxcrm-sync", daemon=True)
        self._changed = threading.Condition()  # guards what follows
        self._stopping = False
        self._paused = False
        self._held = False  # nothing helps but the user: signing in
        self._news = False  # something to report though nothing to run
        self._due: float | None = None  # when the next run begins, by the monotonic clock
        self._quiet_until = 0.0  # back-off: edits wait for it, a kick does not
        self._server_until = 0.0  # Retry-After: everything waits for it
        self._failures = 0
        self._status = SyncStatus(Phase.OFFLINE)  # the thread's own

    # ------------------------------------------------------------------------------------------- what others call

    def start(self) -> None:
        """Begin, with a run at once."""
        self.kick()
        self._thread.start()

    def stop(self, timeout: float = READ_SECONDS) -> bool:
        """End, at the latest after the batch or page that is being stored, and wait for it ``timeout`` seconds.

        False: the thread still waits for the network; it will store nothing more.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def kick(self) -> None:
        """Sync now: the user asked for it or signed in, or the network came back. Only Retry-After still holds it."""
        with self._changed:
            self._held = False
            self._failures = 0
            self._quiet_until = 0.0
            self._run_at(self._clock.monotonic())

    def pause(self) -> None:
        """No further runs; the present one ends after its batch or page."""
        with self._changed:
            self._paused = self._news = True
            self._changed.notify_all()

    def resume(self) -> None:
        """Go on, with a run at once."""
        with self._changed:
            self._paused = False
        self.kick()

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
                    return self._run
                self._changed.wait(wait)
            return None

    def _seconds_left(self) -> float | None:
        """Until the next run; None: until something happens."""
        if self._paused or self._held or self._due is None:
            return None
        return max(self._due, self._server_until) - self._clock.monotonic()

    def _run(self) -> None:
        self._tell(Phase.SYNCING)
        try:
            summary = self._engine.run(self._on_progress, self._is_cancelled)
        except NxcrmError as error:
            self._after_failure(error)
        else:
            self._after_success(complete=summary.complete)

    def _after_success(self, *, complete: bool) -> None:
        with self._changed:
            self._failures = 0
            self._quiet_until = 0.0
            self._run_in(self._schedule.every if complete else self._schedule.settle)
        self._tell(Phase.PAUSED if self._paused else Phase.SYNCED)

    def _after_failure(self, error: NxcrmError) -> None:
        structlog.get_logger("nxcrm.sync").info("sync_failed", code=error.code)
        if error.code in SIGN_IN:
            with self._changed:
                self._held = True
            self._tell(Phase.SIGN_IN, error=error)
            return
        self._back_off(min(float(error.details.get("retry_after", 0)), LONGEST_RETRY_AFTER))
        self._tell(Phase.OFFLINE if error.code in TRANSIENT else Phase.FAILED, error=error)

    def _back_off(self, retry_after: float) -> None:
        with self._changed:
            now = self._clock.monotonic()
            self._failures += 1
            wait = self._schedule.after_failures(self._failures)
            self._server_until = now + retry_after
            self._quiet_until = now + max(wait, retry_after)
            self._due = None  # edits made meanwhile wait, too
            self._run_in(self._quiet_until - now)

    # ---------------------------------------------------------------------------------------------------- when to run

    def _on_change(self, change: ChangeSet) -> None:
        """After local edits: those in quick succession go together, and none breaks the silence of a back-off."""
        if change.origin != "local":
            return
        with self._changed:
            self._news = True
            self._run_at(max(self._clock.monotonic() + self._schedule.settle, self._quiet_until))

    def _run_in(self, seconds: float) -> None:
        """Later by up to a fifth at random: a thousand devices must not come back in the same second."""
        self._run_at(self._clock.monotonic() + seconds * (1 + JITTER * random.random()))  # noqa: S311 (no secret)

    def _run_at(self, moment: float) -> None:
        self._due = moment if self._due is None else min(self._due, moment)
        self._changed.notify_all()

    def _is_cancelled(self) -> bool:
        return self._stopping or self._paused

    # ---------------------------------------------------------------------------------------------------- what to tell

    def _on_progress(self, progress: SyncProgress) -> None:
        self._tell(Phase.SYNCING, n=progress.n, of=progress.of)

    def _tell_standing(self) -> None:
        if self._paused:
            self._tell(Phase.PAUSED)
        else:
            self._tell(self._status.phase, error=self._status.error)

    def _tell(self, phase: Phase, *, n: int = 0, of: int = 0, error: NxcrmError | None = None) -> None:
        if self._stopping:
            return  # the store may be closing
        standing = self._engine.store.standing()
        if phase in (Phase.SYNCED, Phase.CONFLICTS):
            phase = Phase.CONFLICTS if standing.conflicts else Phase.SYNCED
        status = SyncStatus(phase, n, of, standing.waiting, standing.conflicts, standing.last_sync_ms, error)
        if status != self._status:
            self._status = status
            self._report(status)
