"""Whether one's work is safe at the server: an icon and words, always in sight."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton

from nxcrm_desktop.domain import clock
from ui.language import translate
from ui.theming.theme import Theme
from ui.widgets.plain import set_property


@dataclass(frozen=True)
class SyncState:
    """What the pill tells. ``phase``: one of sync.client.telling, but for conflicts; times are UTC ms."""

    phase: str = "offline"
    pushed: int = 0
    of: int = 0
    waiting: int = 0
    conflicts: int = 0
    last_sync: int | None = None


@dataclass(frozen=True)
class Face:
    """How a state looks."""

    icon: str
    words: str
    tone: str
    colour: str


def _waiting(state: SyncState) -> str:
    return translate("SyncPill", "%1 waiting").replace("%1", str(state.waiting))


def _synced(state: SyncState) -> Face:
    if state.waiting:
        return Face("upload-simple", _waiting(state), "busy", "accent")
    if state.last_sync is None:
        return Face("cloud-check", translate("SyncPill", "Synced"), "ok", "ok")
    hour = clock.local_datetime(state.last_sync).strftime("%H:%M")
    return Face("cloud-check", translate("SyncPill", "Synced %1").replace("%1", hour), "ok", "ok")


def _syncing(state: SyncState) -> Face:
    words = translate("SyncPill", "Syncing")
    if state.of:
        words = translate("SyncPill", "Syncing %1/%2").replace("%1", str(state.pushed)).replace("%2", str(state.of))
    return Face("arrows-clockwise", words, "busy", "accent")


def _offline(state: SyncState) -> Face:
    words = (
        translate("SyncPill", "Offline · %1 waiting").replace("%1", str(state.waiting))
        if state.waiting
        else translate("SyncPill", "Offline")
    )
    return Face("cloud-slash", words, "warn", "warn")


def _sign_in(_state: SyncState) -> Face:
    return Face("sign-in", translate("SyncPill", "Sign in"), "danger", "danger")


def _failed(_state: SyncState) -> Face:
    return Face("warning-circle", translate("SyncPill", "Failed · Retry"), "danger", "danger")


def _paused(state: SyncState) -> Face:
    words = translate("SyncPill", "Paused")
    return Face("pause", f"{words} · {_waiting(state)}" if state.waiting else words, "warn", "warn")


def _metered(state: SyncState) -> Face:
    words = translate("SyncPill", "Metered")
    return Face("pause", f"{words} · {_waiting(state)}" if state.waiting else words, "warn", "warn")


_FACES = {
    "synced": _synced, "syncing": _syncing, "offline": _offline, "sign_in": _sign_in, "failed": _failed,
    "paused": _paused, "metered": _metered,
}  # fmt: skip


def face(state: SyncState) -> Face:
    """Icon, words and colour of a state. Conflicts show once nothing more pressing is going on, before what waits."""
    if state.conflicts and state.phase not in ("syncing", "sign_in", "failed"):
        words = (
            translate("SyncPill", "1 conflict")
            if state.conflicts == 1
            else translate("SyncPill", "%1 conflicts").replace("%1", str(state.conflicts))
        )
        told = f"{words} · {_waiting(state)}" if state.waiting else words
        return Face("git-fork", told, "conflict", "conflict")
    return _FACES[state.phase](state)


class SyncPill(QPushButton):
    """A click syncs, signs in, or opens the conflicts, whichever the words say."""

    asked = Signal(str)  # "sync", "sign_in" or "conflicts"

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.state = SyncState()
        self.setProperty("role", "pill")
        self.setIconSize(QSize(16, 16))
        self.clicked.connect(self._ask)
        theme.changed.connect(lambda: self.show_state(self.state))
        self.show_state(self.state)

    def show_state(self, state: SyncState) -> None:
        """Tell this state."""
        self.state = state
        shown = face(state)
        self.setText(shown.words)
        self.setIcon(self._theme.icon(shown.icon, shown.colour, 16))
        self.setAccessibleName(self.tr("Sync: %1").replace("%1", shown.words))
        set_property(self, "state", shown.tone)

    def _ask(self) -> None:
        if self.state.phase == "sign_in":
            self.asked.emit("sign_in")
        else:
            self.asked.emit("conflicts" if self.state.conflicts else "sync")
