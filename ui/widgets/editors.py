"""One editor per kind of value: what may be typed, what it means, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from nxcrm_desktop.domain import values
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value
from ui.language import translate
from ui.widgets.plain import line_edit, set_property, text_edit
from ui.words import said

Options = Sequence[tuple[str, str]]
"""(value, words) of a closed list."""


class Editor(QObject):
    """An editor of one field. ``read`` raises ValueProblem for text that is no value of the field."""

    changed = Signal()

    def __init__(self, facts: Facts, widget: QWidget) -> None:
        super().__init__(widget)
        self.facts, self.widget = facts, widget

    def show_value(self, value: Value) -> None:
        """Put a stored value into the field."""
        raise NotImplementedError

    def read(self) -> Value:
        """What was typed, as a value to store."""
        raise NotImplementedError

    def problem(self) -> str:
        """What is wrong with what was typed, or the empty string."""
        try:
            self.read()
        except ValueProblem as problem:
            return said(problem.message)
        return ""

    def mark(self, *, invalid: bool) -> None:
        """Show whether the field is in order."""
        set_property(self.widget, "invalid", invalid)


class LineEditor(Editor):
    """One line of text, read by the dictionary's rules (money, phones, dates as people type them)."""

    def __init__(self, facts: Facts) -> None:
        self._line: QLineEdit = line_edit(said(facts.label), _hint(facts))
        super().__init__(facts, self._line)
        self._stored: Value = None
        self._shown = ""
        self._line.textEdited.connect(lambda _text: self.changed.emit())

    def show_value(self, value: Value) -> None:
        """Put a stored value into the field."""
        self._stored, self._shown = value, values.display(self.facts, value)
        self._line.setText(self._shown)
        self._line.setCursorPosition(0)

    def read(self) -> Value:
        """What was typed. Text that was not touched is the value it came from, to the last second."""
        text = self._line.text()
        return self._stored if text == self._shown and self._stored is not None else values.parse(self.facts, text)


class TextEditor(Editor):
    """Several lines."""

    def __init__(self, facts: Facts) -> None:
        self._text: QPlainTextEdit = text_edit(said(facts.label))
        super().__init__(facts, self._text)
        self._text.textChanged.connect(self.changed)

    def show_value(self, value: Value) -> None:
        """Put a stored value into the field."""
        self._text.setPlainText(str(value or ""))

    def read(self) -> Value:
        """What was typed."""
        return values.parse(self.facts, self._text.toPlainText())


class ChoiceEditor(Editor):
    """One of a closed list; a field that may be empty starts with a dash."""

    def __init__(self, facts: Facts, options: Options) -> None:
        self._box = QComboBox()
        self._box.setAccessibleName(said(facts.label))
        super().__init__(facts, self._box)
        if not facts.required:
            self._box.addItem("–", None)
        for value, words in options:
            self._box.addItem(words, value)
        self._box.activated.connect(lambda _index: self.changed.emit())

    def show_value(self, value: Value) -> None:
        """Choose a stored value; one the list does not have is added as it is, never changed in silence."""
        index = self._box.findData(value)
        if index < 0 and value is not None:
            self._box.addItem(str(value), value)
            index = self._box.count() - 1
        self._box.setCurrentIndex(index)

    def read(self) -> Value:
        """What was chosen."""
        return values.normalise(self.facts, self._box.currentData())


def make_editor(facts: Facts, options: Options | None = None) -> Editor:
    """The editor of a field; ``options`` for references and stages, whose list the dictionary does not hold."""
    if options is not None:
        return ChoiceEditor(facts, options)
    if facts.kind is Kind.CHOICE:
        return ChoiceEditor(facts, [(value, said(words)) for value, words in facts.choices])
    return TextEditor(facts) if facts.kind is Kind.LONG_TEXT else LineEditor(facts)


def _hint(facts: Facts) -> str:
    hints = {
        Kind.DATE: translate("Editor", "dd-mm-yyyy"),
        Kind.INSTANT: translate("Editor", "dd-mm-yyyy hh:mm"),
        Kind.MONEY: translate("Editor", "5,50,000 or 5.5 lakh"),
        Kind.PHONE: translate("Editor", "98765 43210"),
        Kind.TAGS: translate("Editor", "words, separated by commas"),
    }
    return hints.get(facts.kind, "")
