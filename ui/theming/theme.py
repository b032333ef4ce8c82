"""One look for the whole application: Fusion with our palette, a style sheet made of the tokens, our fonts."""

from __future__ import annotations

from functools import cached_property
from importlib.resources import files
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from ui.theming import icons
from ui.theming.fonts import interface_font, load_fonts
from ui.theming.tokens import ICON, PALETTES, Appearance, Colours, Density

_ROLES = {
    QPalette.ColorRole.Window: "background",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "background",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "danger",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "conflict",
    QPalette.ColorRole.Highlight: "selection",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Midlight: "line",
    QPalette.ColorRole.Dark: "border",
    QPalette.ColorRole.Light: "surface",
    QPalette.ColorRole.Shadow: "border",
}


def palette_of(colours: Colours) -> QPalette:
    """The palette of Fusion for one set of colours."""
    named = colours.by_name()
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(named[name]))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return palette


def system_appearance() -> Appearance:
    """What the desktop environment asks for; light where it does not say (bare X11)."""
    dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return Appearance.DARK if dark else Appearance.LIGHT


class Theme(QObject):
    """The look in force. ``changed`` tells painters (delegates, icons) to draw anew."""

    changed = Signal()

    def __init__(self, application: QApplication, appearance: Appearance) -> None:
        super().__init__(application)
        self._application = application
        self.appearance = appearance
        self.density = Density.NORMAL
        load_fonts()
        application.setStyle("Fusion")
        application.setFont(interface_font())
        self._apply()

    @property
    def colours(self) -> Colours:
        """The colours in force."""
        return PALETTES[self.appearance]

    @cached_property
    def _scratch(self) -> QTemporaryDir:
        return QTemporaryDir()

    def show(self, appearance: Appearance) -> None:
        """Change the look of every window at once."""
        if appearance is not self.appearance:
            self.appearance = appearance
            self._apply()
            self.changed.emit()

    def toggle(self) -> None:
        """Light to dark, dark to light."""
        self.show(Appearance.LIGHT if self.appearance is Appearance.DARK else Appearance.DARK)

    def icon(self, name: str, colour: str = "muted", size: int = ICON) -> QIcon:
        """An icon in one of the palette's colours, by the colour's name."""
        return icons.icon(name, self.colours.by_name()[colour], size)

    def _picture(self, name: str, colour: str) -> str:
        # A style sheet takes pictures only by file name: the arrow of combo boxes, the tick of check boxes.
        target = Path(self._scratch.path()) / f"{name}-{self.appearance}.png"
        if not target.exists():
            icons.pixmap(name, colour, 12, 2.0).save(str(target))
        return target.as_posix()

    def _apply(self) -> None:
        self._application.setPalette(palette_of(self.colours))
        sheet = (files("resources") / "styles" / "interface.qss").read_text(encoding="utf-8")
        pictures = {
            "caret": self._picture("caret-down", self.colours.muted),
            "tick": self._picture("check", self.colours.on_accent),
        }
        self._application.setStyleSheet(Template(sheet).substitute(self.colours.by_name(), **pictures))
