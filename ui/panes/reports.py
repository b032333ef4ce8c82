"""Reports: choose, look at it, save it as PDF or workbook; a job that can be stopped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from nxcrm_desktop.domain import clock, values
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.reports.table import ReportDocument, ReportTable, written
from ui.context import Context
from ui.tasks import Job, watch
from ui.widgets.bars import Bars
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.pane import Pane
from ui.widgets.plain import button, column, frame, label, line_edit, row, set_property
from ui.words import said

_DAY = Facts("Day", Kind.DATE)


class ReportView(QWidget):
    """A report as data on the screen: facts, bars, tables."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("body")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 16, 16, 16)
        self._layout.setSpacing(12)

    def show_report(self, report: ReportDocument) -> None:
        """Show this one in place of the last."""
        while (item := self._layout.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._layout.addWidget(label(said(report.title), "display"))
        facts = " · ".join(f"{said(name)}: {value}" for name, value in report.facts)
        self._layout.addWidget(label(facts, "muted", wrap=True))
        if report.bars:
            self._layout.addWidget(label(said(report.bars_title), "group"))
            self._layout.addWidget(Bars(self.ctx.theme, report.bars, said(report.bars_title)))
        for table in report.tables:
            self._layout.addWidget(label(said(table.title), "heading"))
            self._layout.addWidget(self._table(table))
            if table.note:
                self._layout.addWidget(label(said(table.note), "muted", wrap=True))
        self._layout.addStretch(1)

    def _table(self, table: ReportTable) -> LinesTable:
        titles = [said(c.heading) for c in table.columns]
        right = [i for i, c in enumerate(table.columns) if c.form.is_number]
        model = LinesModel(titles, right, self)
        rows = [*table.rows, *([table.total] if table.total else [])]
        model.show_lines(
            [
                Line(str(n), tuple(written(c.form, cell) for c, cell in zip(table.columns, cells, strict=True)))
                for n, cells in enumerate(rows)
            ]
        )
        made = LinesTable(self.ctx.theme, said(table.title), model)
        made.fit_height(len(rows))
        return made


class ReportsPane(Pane):
    """See the module."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Report"))
        self._kinds = ctx.app.reports.available()
        for kind in self._kinds:
            self.kind.addItem(said(kind.title), kind.name)
        self.since = line_edit(self.tr("From"), "dd-mm-yyyy")
        self.until = line_edit(self.tr("To"), "dd-mm-yyyy")
        for day in (self.since, self.until):
            day.setFixedWidth(110)
            day.returnPressed.connect(self.look)
        self._look = button(self.tr("Show"), self.look)
        self._pdf = button(self.tr("Save as PDF …"), lambda: self.ask_target("pdf"), "primary")
        self._xlsx = button(self.tr("Save as workbook …"), lambda: self.ask_target("xlsx"))
        self._problem = label("", "problem")
        self.view = ReportView(ctx)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.view)
        bar = frame("bar")
        bar.setLayout(
            row(
                self.kind,
                label(self.tr("From"), "muted"),
                self.since,
                label(self.tr("To"), "muted"),
                self.until,
                self._look,
                self._problem,
                None,
                self._xlsx,
                self._pdf,
                margins=(16, 8, 12, 8),
            )
        )
        self.setLayout(column(bar, scroll, gap=0))

    def start(self) -> None:
        """Show the first report."""
        self.look()

    def activated(self) -> None:
        """The user came here."""
        self.kind.setFocus()

    def look(self) -> None:
        """Build the report and show it."""
        period = self._period()
        if period is None or not self._kinds:
            return
        since, until = period
        name = str(self.kind.currentData())
        self.ctx.tasks.read(
            self,
            lambda: self.ctx.app.reports.build(name, since=_date(since), until=_date(until)),
            self.view.show_report,
        )

    def _period(self) -> tuple[str, str] | None:
        """ISO days, or None when one cannot be read (it is marked then)."""
        read: list[str] = []
        for field in (self.since, self.until):
            try:
                read.append(str(values.parse(_DAY, field.text()) or ""))
            except ValueProblem as problem:
                set_property(field, "invalid", True)
                self._problem.setText(said(problem.message))
                return None
            set_property(field, "invalid", False)
        self._problem.setText("")
        return read[0], read[1]

    def ask_target(self, ending: str) -> None:
        """Choose the file."""
        suggestion = f"{self.kind.currentData()}-{clock.today().isoformat()}.{ending}"
        name, _kind = QFileDialog.getSaveFileName(self, self.tr("Save the report"), suggestion, f"*.{ending}")
        if name:
            self.save_as(Path(name))

    def save_as(self, path: Path) -> Job | None:
        """Write the file as a job."""
        period = self._period()
        if period is None:
            return None
        since, until = period
        name, reports = str(self.kind.currentData()), self.ctx.app.reports

        def work(job: Job) -> object:
            return reports.make(name, path, since=since, until=until, watch=watch(job))

        job = self.ctx.jobs.start(self.tr("Report %1").replace("%1", self.kind.currentText()), work)
        job.finished.connect(lambda _result: self.summary.emit(self.tr("Saved %1").replace("%1", path.name)))
        job.failed.connect(self.ctx.show_error)
        return job

    def regions(self) -> list[QWidget]:
        """The parameters."""
        return [self.kind]


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
