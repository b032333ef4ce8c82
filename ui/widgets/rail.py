"""The rail: where one can go. 56 px of icons, or 200 px with words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from ui.theming.theme import Theme
from ui.theming.tokens import RAIL_NARROW, RAIL_WIDE
from ui.widgets.plain import icon_button

_ICON = 20


@dataclass(frozen=True)
class Place:
    """One entry: key, words, icon, and whether it stands at the bottom."""

    key: str
    words: str
    icon: str
    bottom: bool = False
    entity: str = ""  # the kind of record shown there


class Rail(QFrame):
    """``chosen`` with the key of the entry."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, places: tuple[Place, ...]) -> None:
        super().__init__()
        self._theme, self._places = theme, places
        self.wide = False
        self.setProperty("role", "rail")
        self._buttons = {place.key: self._button(place) for place in places}
        self._group = QButtonGroup(self)
        self._toggle = icon_button(self.tr("Show or hide the names of the rail"), theme.icon("list"), self.toggle)
        self._layout()
        self.setFixedWidth(RAIL_NARROW)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    def _layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        self._toggle.setMinimumSize(39, 36)
        layout.addWidget(self._toggle)
        for bottom in (False, True):
            for place in self._places:
                if place.bottom is bottom:
                    self._group.addButton(self._buttons[place.key])
                    layout.addWidget(self._buttons[place.key])
            if not bottom:
                layout.addStretch(1)

    def _button(self, place: Place) -> QToolButton:
        made = QToolButton()
        made.setProperty("role", "rail")
        made.setCheckable(True)
        made.setText("  " + place.words)
        made.setAccessibleName(place.words)
        made.setToolTip(place.words)
        made.setIconSize(QSize(_ICON, _ICON))
        made.setMinimumHeight(38)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.clicked.connect(lambda: self.chosen.emit(place.key))
        made.toggled.connect(lambda _on: self._paint(place))
        return made

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys in the order they are seen."""
        return tuple(place.key for bottom in (False, True) for place in self._places if place.bottom is bottom)

    def first_button(self) -> QToolButton:
        """Where the keyboard enters the rail: the place one is at."""
        return next((made for made in self._buttons.values() if made.isChecked()), self._toggle)

    def show_chosen(self, key: str) -> None:
        """Mark where one is."""
        self._buttons[key].setChecked(True)

    def toggle(self) -> None:
        """Narrow to wide and back."""
        self.widen(wide=not self.wide)

    def widen(self, *, wide: bool) -> None:
        """Show the words beside the icons, or not."""
        self.wide = wide
        self.setFixedWidth(RAIL_WIDE if wide else RAIL_NARROW)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if wide else Qt.ToolButtonStyle.ToolButtonIconOnly
        for made in self._buttons.values():
            made.setToolButtonStyle(style)

    def _paint(self, place: Place) -> None:
        made = self._buttons.get(place.key)
        if made is not None:
            made.setIcon(self._theme.icon(place.icon, "accent" if made.isChecked() else "muted", _ICON))

    def _paint_icons(self) -> None:
        self._toggle.setIcon(self._theme.icon("list"))
        for place in self._places:
            self._paint(place)
