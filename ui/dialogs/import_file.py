"""Import a file: choose it, see what its columns become, run it, see what happened; undo stays at hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QProgressBar, QStackedWidget, QTabWidget, QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.importing.presets import PRESETS
from nxcrm_desktop.services.import_result import ImportResult, UndoResult
from nxcrm_desktop.services.imports import ImportPreview
from ui.context import Context
from ui.dialogs.base import Dialog
from ui.language import counted
from ui.tasks import Job
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import ElidedLabel, button, column, label, row
from ui.words import label_of, said

_KINDS = ("lead", "contact", "company", "vehicle", "communication", "task")


class ImportDialog(Dialog):
    """Looks, runs and undoes through ImportService; while it runs it is a job with progress and a stop button."""

    def __init__(self, ctx: Context, parent: QWidget) -> None:
        super().__init__(self.tr("Import a file"), parent, 720)
        self.ctx = ctx
        self.path: Path | None = None
        self.job: Job | None = None
        self._batch: str | None = None
        self.outcome: ImportResult | None = None
        self._make_choices()
        self.pages = QStackedWidget()
        self.pages.addWidget(self._make_look())
        self.pages.addWidget(self._make_run())
        self.pages.addWidget(self._make_result())
        self.body.addWidget(self.pages, 1)
        self._close = self.add_button(self.tr("Cancel"), self.reject)
        self._undo = self.add_button(self.tr("Undo this import"), self.undo, "danger")
        self._undo.hide()
        self._import = self.add_button(self.tr("Import"), self.run, "primary")
        self._import.setEnabled(False)
        self.resize(760, 560)

    # ------------------------------------------------------------------------------------------------------ making

    def _make_choices(self) -> None:
        self._name = ElidedLabel(self.tr("Excel, CSV and vCard files"), "muted")
        choose = button(self.tr("Choose a file …"), self.ask_file, "", self.ctx.theme.icon("upload-simple"))
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Kind of record"))
        for entity in _KINDS:
            if self.ctx.may(Action.CREATE, entity):
                self.kind.addItem(said(ENTITIES[entity].facts.plural), entity)
        self.preset = QComboBox()
        self.preset.setAccessibleName(self.tr("Where the file comes from"))
        self.duplicates = QComboBox()
        self.duplicates.setAccessibleName(self.tr("Rows that are here already"))
        for value, words in (
            ("skip", self.tr("Leave them out")),
            ("update", self.tr("Update them")),
            ("create", self.tr("Create them again")),
        ):
            self.duplicates.addItem(words, value)
        self.kind.activated.connect(lambda _i: self._kind_chosen())
        self.preset.activated.connect(lambda _i: self.look())
        file_line = row(choose, gap=12)
        file_line.addWidget(self._name, 1)
        choices = row(
            column(label(self.tr("Kind of record"), "group"), self.kind, gap=2),
            column(label(self.tr("Where the file comes from"), "group"), self.preset, gap=2),
            column(label(self.tr("Rows that are here already"), "group"), self.duplicates, gap=2),
            None,
            gap=16,
        )
        self.body.addLayout(file_line)
        self._choices = QWidget()
        self._choices.setLayout(choices)
        self.body.addWidget(self._choices)
        self._fill_presets()

    def _kind_chosen(self) -> None:
        self._fill_presets()
        self.look()

    def _fill_presets(self) -> None:
        self.preset.clear()
        self.preset.addItem(self.tr("Columns named as here"), None)
        for preset in PRESETS.values():
            if preset.entity == self.kind.currentData():
                self.preset.addItem(preset.label, preset.name)

    def _make_look(self) -> QWidget:
        self._about = label("", "muted", wrap=True)
        self._problem = label("", "problem", wrap=True)
        titles = (self.tr("Column of the file"), self.tr("Becomes"), self.tr("First rows"))
        self.mapping = LinesTable(
            self.ctx.theme, self.tr("What the columns become"), LinesModel(titles, (), self), stretch=2
        )
        page = QWidget()
        page.setLayout(column(self._about, self._problem, self.mapping))
        return page

    def _make_run(self) -> QWidget:
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the import"))
        self._progress = label("", "muted")
        page = QWidget()
        page.setLayout(column(None, label(self.tr("Importing …"), "heading"), self._bar, self._progress, None))
        return page

    def _make_result(self) -> QWidget:
        self._summary = label("", "heading", wrap=True)
        self._notes = label("", "muted", wrap=True)
        titles = (self.tr("Line"), self.tr("Column"), self.tr("Reason"))
        self.refused = LinesTable(self.ctx.theme, self.tr("Refused rows"), LinesModel(titles, (0,), self), stretch=2)
        same = (self.tr("Line"), self.tr("Equal in"), self.tr("Looks like"))
        self.alike = LinesTable(
            self.ctx.theme, self.tr("Rows that look like others"), LinesModel(same, (0,), self), stretch=2
        )
        self._lists = QTabWidget()
        self._lists.setDocumentMode(True)
        page = QWidget()
        page.setLayout(column(self._summary, self._notes, self._lists, None))
        return page

    # ----------------------------------------------------------------------------------------------------- looking

    def ask_file(self) -> None:
        """Choose the file."""
        kinds = self.tr("Lists") + " (*.csv *.tsv *.txt *.xlsx *.xls *.ods *.vcf)"
        name, _kind = QFileDialog.getOpenFileName(self, self.tr("Choose a file to import"), "", kinds)
        if name:
            self.choose(Path(name))

    def choose(self, path: Path) -> None:
        """Look at a file."""
        self.path = path
        self._name.set_whole(path.name)
        self.look(suggest=True)

    def look(self, *, suggest: bool = False) -> None:
        """Read the file's columns and its first rows; nothing is imported."""
        if self.path is None:
            return
        path, entity, preset = self.path, str(self.kind.currentData()), self.preset.currentData()
        self._import.setEnabled(False)
        self._problem.setText("")
        self._about.setText(self.tr("Looking at the file …"))
        self.ctx.tasks.io(
            self,
            lambda: self.ctx.app.imports.preview(path, entity, preset=preset),
            lambda found: self._show_look(found, suggest=suggest),
            self._cannot,
        )

    def _cannot(self, problem: NxcrmError) -> None:
        self._about.setText("")
        self._problem.setText(" ".join(said(part) for part in (problem.happened, problem.safe, problem.todo) if part))
        self.mapping.lines.show_lines([])

    def _show_look(self, found: ImportPreview, *, suggest: bool) -> None:
        if suggest and found.suggested_preset and self.preset.currentData() is None:
            self.preset.setCurrentIndex(self.preset.findData(found.suggested_preset))
            self.look()
            return
        entity = str(self.kind.currentData())
        self._about.setText(counted("ImportDialog", "%Ln row(s)", found.row_count) + f" · {found.encoding}")
        self._problem.setText("\n".join(said(note) for note in (found.problem, *found.notes) if note))
        self.mapping.lines.show_lines([self._column_line(found, entity, name) for name in found.columns])
        self._import.setEnabled(not found.problem)

    def _column_line(self, found: ImportPreview, entity: str, name: str) -> Line:
        field = found.mapping.get(name)
        becomes = label_of(entity, field) if field else self.tr("– left out")
        cells = [sample.get(name, "") for sample in found.sample[:6]]
        return Line(name, (name, becomes, " · ".join(cell for cell in cells if cell)))

    # ----------------------------------------------------------------------------------------------------- running

    def run(self) -> None:
        """Import it."""
        if self.path is None:
            return
        path, entity, preset = self.path, str(self.kind.currentData()), self.preset.currentData()
        on_duplicate, imports = self.duplicates.currentData(), self.ctx.app.imports
        self._import.setEnabled(False)
        self._close.setText(self.tr("Stop"))
        self.pages.setCurrentIndex(1)
        self.job = self.ctx.jobs.start(
            self.tr("Import %1").replace("%1", path.name),
            lambda job: imports.run(
                path,
                entity,
                preset=preset,
                on_duplicate=on_duplicate,
                progress=job.report,
                cancel=lambda: job.cancelled,
            ),
        )
        self.job.changed.connect(self._show_progress)
        self.job.finished.connect(self._show_result)
        self.job.failed.connect(self._failed)

    def _show_progress(self) -> None:
        if self.job is not None:
            self._bar.setRange(0, self.job.total)
            self._bar.setValue(self.job.done)
            self._progress.setText(
                self.tr("%1 of %2 rows").replace("%1", str(self.job.done)).replace("%2", str(self.job.total))
            )

    def _failed(self, problem: NxcrmError) -> None:
        self.job = None
        self._close.setText(self.tr("Cancel"))
        self.pages.setCurrentIndex(0)
        self._import.setEnabled(True)
        self._cannot(problem)

    def _show_result(self, result: ImportResult) -> None:
        self.job, self.outcome, self._batch = None, result, result.batch
        words = [
            counted("ImportDialog", "%Ln created", result.created),
            counted("ImportDialog", "%Ln updated", result.updated),
            counted("ImportDialog", "%Ln duplicate(s) left out", result.duplicates),
            counted("ImportDialog", "%Ln refused", result.rejected_count),
        ]
        self._summary.setText((self.tr("Stopped.") + " " if result.cancelled else "") + " · ".join(words))
        left_out = ", ".join(result.unmapped)
        self._notes.setText(self.tr("Columns left out: %1").replace("%1", left_out) if left_out else "")
        self.refused.lines.show_lines(
            [Line(str(r.line), (str(r.line), r.column, said(r.reason))) for r in result.rejected]
        )
        self.alike.lines.show_lines(
            [Line(str(a.line), (str(a.line), self._field(a.field), self._of(a.of))) for a in result.look_alikes]
        )
        self._lists.clear()
        for table, title in ((self.refused, self.tr("Refused")), (self.alike, self.tr("Look alike"))):
            if table.lines.rowCount():
                self._lists.addTab(table, f"{title} {table.lines.rowCount()}")
        self._lists.setVisible(self._lists.count() > 0)
        self.pages.setCurrentIndex(2)
        self._choices.hide()
        self._undo.setVisible(self._batch is not None)
        self._import.hide()
        self._close.setText(self.tr("Close"))

    def _field(self, name: str) -> str:
        entity = str(self.kind.currentData())
        return label_of(entity, name) if name in ENTITIES[entity].fields else name

    def _of(self, of: str) -> str:
        return of if of.startswith("line ") else self.tr("a record that is here")

    def undo(self) -> None:
        """Take the import back."""
        batch, imports = self._batch, self.ctx.app.imports
        if batch is None:
            return
        self._undo.setEnabled(False)
        job = self.ctx.jobs.start(self.tr("Undo the import"), lambda job: imports.undo(batch, job.report))
        job.finished.connect(self._undone)
        job.failed.connect(self.ctx.show_error)

    def _undone(self, result: UndoResult) -> None:
        self._undo.hide()
        self._lists.hide()
        kept = counted("ImportDialog", "%Ln kept, because worked on since", len(result.kept)) if result.kept else ""
        words = [
            counted("ImportDialog", "Undone: %Ln deleted", result.deleted),
            counted("ImportDialog", "%Ln restored", result.restored),
            kept,
        ]
        self._summary.setText(" · ".join(word for word in words if word))

    def reject(self) -> None:
        """Escape and Cancel: while it runs they stop the job; the dialog then shows what was done."""
        if self.job is not None:
            self.job.cancel()
        else:
            super().reject()
