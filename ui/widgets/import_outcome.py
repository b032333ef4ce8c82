"""What an import would do, or did: four figures, and line by line what was not taken as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHeaderView, QLabel, QWidget

from nxcrm_desktop.importing.mapping import Rejection
from nxcrm_desktop.services.import_result import ImportResult, LookAlike
from ui.theming.theme import Theme
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import column, label, row
from ui.words import said

_NOT_YET = "–"


class ImportOutcome(QWidget):
    """Shows one ImportResult."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self.title = label(title, "strong", wrap=True)
        self.about = label("", "muted", wrap=True)
        self._figures: dict[str, tuple[QLabel, str]] = {}
        figures = row(
            self._figure("created", self.tr("New")),
            self._figure("updated", self.tr("Updated")),
            self._figure("duplicates", self.tr("Left out")),
            self._figure("rejected_count", self.tr("Refused")),
            None,
            gap=24,
        )
        titles = (self.tr("Line"), self.tr("Column"), self.tr("Reason"))
        self.table = LinesTable(theme, self.tr("Lines to look at"), LinesModel(titles, (), self), stretch=2)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setDefaultSectionSize(2 * self.fontMetrics().lineSpacing() + 10)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        self.table.horizontalHeader().resizeSection(1, 92)
        parts = column(self.title, figures, self.about, self.table, None, gap=8)
        for place, share in ((3, 1), (4, 0)):  # the table takes the room that is left; without one it stays empty
            parts.setStretch(place, share)
        self.setLayout(parts)
        self.clear()

    def _figure(self, name: str, words: str) -> QWidget:
        number = label(_NOT_YET, "display")
        self._figures[name] = number, words
        part = QWidget()
        part.setLayout(column(number, label(words, "group"), gap=0))
        return part

    def figure(self, name: str) -> str:
        """A figure as it is shown."""
        return self._figures[name][0].text()

    def clear(self, about: str = "") -> None:
        """No figures, for this reason."""
        self.about.setText(about)
        self.about.setVisible(bool(about))
        for number, _words in self._figures.values():
            number.setText(_NOT_YET)
        self.table.lines.show_lines([])
        self.table.hide()

    def show_result(self, result: ImportResult, columns: Mapping[str, str], on_duplicate: str) -> None:
        """Show this. ``columns``: what the file calls our fields."""
        for name, (number, words) in self._figures.items():
            number.setText(QLocale().toString(getattr(result, name)))
            number.setAccessibleName(f"{number.text()} {words}")
        lines = [
            *self._refused("warning-circle", "danger", result.rejected),
            *self._alike(result.look_alikes, columns, on_duplicate),
            *self._refused("info", "muted", result.warnings),
        ]
        self.table.lines.show_lines([line for _number, line in sorted(lines, key=lambda pair: pair[0])])
        self.table.setVisible(bool(lines))
        self.about.setText("" if lines else self.tr("Every row can be taken as it is."))
        self.about.setVisible(not lines)

    def _refused(self, icon: str, colour: str, rows: Iterable[Rejection]) -> Iterable[tuple[int, Line]]:
        picture = self._theme.icon(icon, colour, 16)
        return ((r.line, Line(str(r.line), (str(r.line), r.column, said(r.reason)), picture)) for r in rows)

    def _alike(
        self, rows: Iterable[LookAlike], columns: Mapping[str, str], on_duplicate: str
    ) -> Iterable[tuple[int, Line]]:
        picture = self._theme.icon("copy", "warn", 16)
        done = {
            "skip": self.tr("left out"),
            "update": self.tr("brought up to date"),
            "create": self.tr("created again"),
        }[on_duplicate]
        for alike in rows:
            cells = (str(alike.line), columns.get(alike.field, ""), f"{self._same(alike.of)} · {done}")
            yield alike.line, Line(str(alike.line), cells, picture)

    def _same(self, of: str) -> str:
        kind, _, number = of.partition(" ")
        if kind == "line":
            return self.tr("The same as in line %1").replace("%1", number)
        return self.tr("The same as in a record that is here")
