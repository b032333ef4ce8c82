"""What somebody made of a text: added words are underlined, removed ones struck out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit

from ui.theming.theme import Theme

Change = Literal["same", "added", "removed"]
_WORDS = re.compile(r"\s+|\S+")
_MOST_LINES = 8


def differences(before: str, after: str) -> Iterator[tuple[Change, str]]:
    """Pieces of both texts, in order; together the unchanged and the added ones are ``after``."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(new[c:d])
            continue
        if a < b:
            yield "removed", "".join(old[a:b])
        if c < d:
            yield "added", "".join(new[c:d])


class DifferenceView(QPlainTextEdit):
    """A text with what was changed in it; never more than a few lines tall."""

    def __init__(self, theme: Theme, name: str, before: str, after: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        cursor = self.textCursor()
        struck = False
        for change, words in differences(before, after):
            if struck and change == "added":
                cursor.insertText(" ", QTextCharFormat())
            cursor.insertText(words, _format(theme, change))
            struck = change == "removed"
        lines = min(_MOST_LINES, max(2, self.document().blockCount() + len(after) // 60))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 18)


def _format(theme: Theme, change: Change) -> QTextCharFormat:
    made = QTextCharFormat()
    if change == "added":
        made.setFontUnderline(True)
        made.setForeground(QColor(theme.colours.ok))
    if change == "removed":
        made.setFontStrikeOut(True)
        made.setForeground(QColor(theme.colours.muted))
    return made
