"""Every shortcut once: its keys, its words, and the name of what it does. The sheet of Ctrl+/ is made from this."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from ui.language import translate


@dataclass(frozen=True)
class Shortcut:
    """``act`` is a method of the workspace."""

    keys: str
    words: str
    act: str
    group: str


def shortcuts() -> tuple[Shortcut, ...]:
    """All of them, in the interface's language. No single letters: they are for writing."""
    everywhere, record, work = (
        translate("Shortcuts", "EVERYWHERE"),
        translate("Shortcuts", "LIST AND RECORD"),
        translate("Shortcuts", "WORK"),
    )
    return (
        Shortcut("Ctrl+K", translate("Shortcuts", "Search everything"), "search", everywhere),
        Shortcut("Ctrl+N", translate("Shortcuts", "New record of this kind"), "new_here", everywhere),
        Shortcut("F5", translate("Shortcuts", "Sync now"), "sync", everywhere),
        Shortcut("Ctrl+L", translate("Shortcuts", "Lock"), "lock", everywhere),
        Shortcut("F6", translate("Shortcuts", "Next part of the window"), "next_region", everywhere),
        Shortcut("Ctrl+/", translate("Shortcuts", "This sheet"), "show_shortcuts", everywhere),
        Shortcut("F1", translate("Shortcuts", "Help"), "show_shortcuts", everywhere),
        Shortcut("Ctrl+F", translate("Shortcuts", "Filter the list"), "focus_filter", record),
        Shortcut("F2", translate("Shortcuts", "Edit the record"), "edit", record),
        Shortcut("Ctrl+S", translate("Shortcuts", "Save"), "save", record),
        Shortcut("Esc", translate("Shortcuts", "Cancel, back"), "escape", record),
        Shortcut("Alt+Down", translate("Shortcuts", "Next record"), "next_record", record),
        Shortcut("Alt+Up", translate("Shortcuts", "Record before"), "previous_record", record),
        Shortcut("Ctrl+Return", translate("Shortcuts", "Log an activity"), "log_activity", work),
        Shortcut("Ctrl+Shift+A", translate("Shortcuts", "Attach a document"), "attach", work),
        Shortcut("Ctrl+Shift+I", translate("Shortcuts", "Import a file"), "import_file", work),
    )


class ClaimCtrlK(QObject):
    """Keeps Ctrl+K ours inside text fields: on X11 they would delete to the end of the line."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Answer the override ourselves, by leaving it to the shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ctrl_k(event):
            event.ignore()
            return True
        return False


def _is_ctrl_k(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier
