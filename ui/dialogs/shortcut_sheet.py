"""The sheet of all shortcuts."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.dialogs.base import Dialog
from ui.shortcuts import Shortcut
from ui.widgets.plain import label


class ShortcutSheet(Dialog):
    """Shows what the table of shortcuts says."""

    def __init__(self, shortcuts: tuple[Shortcut, ...], parent: QWidget) -> None:
        super().__init__(self.tr("Shortcuts"), parent, 640)
        columns = QHBoxLayout()
        columns.setSpacing(32)
        sides = [QVBoxLayout(), QVBoxLayout()]
        for side in sides:
            side.setSpacing(2)  # else it would be that of the layout around it
        for place, (group, members) in enumerate(groupby(shortcuts, key=lambda shortcut: shortcut.group)):
            side = sides[min(place, 1)]
            title = label(group, "group")
            title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            side.addWidget(title)
            side.addWidget(_grid(list(members)))
            side.addSpacing(12)
        for side in sides:
            side.addStretch(1)
            columns.addLayout(side)
        self.body.addLayout(columns)
        self.add_button(self.tr("Close"), self.accept, "primary")


def _grid(members: list[Shortcut]) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 4, 0, 8)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    for place, shortcut in enumerate(members):
        keys = QKeySequence(shortcut.keys).toString(QKeySequence.SequenceFormat.NativeText)
        grid.addWidget(label(keys, "key"), place, 0)
        grid.addWidget(label(shortcut.words), place, 1)
    grid.setColumnStretch(1, 1)
    return box
