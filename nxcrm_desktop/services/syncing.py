"""Sync as the application uses it: by itself in the background, how the user wants it, and what it did so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.services.accounts import SystemClock
from nxcrm_desktop.store.engine import Store
from sync.client.background import BackgroundSync
from sync.client.live import LiveNews
from sync.client.ports import SyncRun
from sync.client.recorded import PaperGate, RecordedSync
from sync.client.schedule import Schedule
from sync.client.telling import MeteredRule, SyncStatus
from sync.client.transport import Transport

_PREF: Final = "sync"


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """What the user chose; kept on this device. ``paused``: nothing runs by itself until it is resumed."""

    paused: bool = False
    rule: MeteredRule = MeteredRule.ROWS


@dataclass(frozen=True, slots=True)
class SyncParts:
    """What runs. ``connect`` makes the connection for news; ``interrupt`` breaks every wait for the network."""

    engine: RecordedSync
    gate: PaperGate
    connect: Callable[[], Transport]
    interrupt: Callable[[], None]


class SyncService:
    """The user's side of sync. Every method is one transaction or none."""

    def __init__(self, store: Store, actor: Actor, parts: SyncParts) -> None:
        self._store = store
        self._actor = actor
        self._parts = parts

    def settings(self) -> SyncSettings:
        """What the user chose last."""
        with self._store.read() as reader:
            kept = reader.pref(_PREF) or {}
        return SyncSettings(bool(kept.get("paused")), MeteredRule(kept.get("rule", MeteredRule.ROWS)))

    def save(self, settings: SyncSettings) -> None:
        """Keep what the user chose. NxcrmError ``disk_full``."""
        with self._store.write(self._actor) as work:
            work.set_pref(_PREF, {"paused": settings.paused, "rule": settings.rule.value})

    def history(self, limit: int = 100) -> list[SyncRun]:
        """The latest runs that did something or failed, newest first."""
        with self._store.read() as reader:
            return reader.sync_runs(limit)

    def begin(self, report: Callable[[SyncStatus], None], schedule: Schedule | None = None) -> BackgroundSync:
        """Sync by itself from now on, as the user chose; the caller stops it. ``report`` is called on its thread."""
        settings, parts, clock = self.settings(), self._parts, SystemClock()
        background = BackgroundSync(
            parts.engine, subscribe=self._store.bus.subscribe, report=report, clock=clock, schedule=schedule,
            interrupt=parts.interrupt, rule=settings.rule, paused=settings.paused,
        )  # fmt: skip
        parts.gate.shut = background.papers_wait
        background.start(LiveNews(parts.connect, news=background.kick_soft, state=background.live, clock=clock))
        return background
