"""Import a file: choose it, say what its columns become, see what that does, run it; undo stays at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QProgressBar, QStackedWidget, QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.importing.planning import LEFT_OUT
from nxcrm_desktop.importing.presets import PRESETS
from nxcrm_desktop.services.import_result import ImportResult, UndoResult
from nxcrm_desktop.services.import_run import OnDuplicate
from nxcrm_desktop.services.imports import ImportPreview
from ui.context import Context
from ui.dialogs.base import Dialog
from ui.language import counted
from ui.tasks import Job
from ui.widgets.empty import Empty
from ui.widgets.import_outcome import ImportOutcome
from ui.widgets.mapping_table import MappingTable
from ui.widgets.plain import ElidedLabel, button, column, label, row
from ui.words import said

_KINDS = ("lead", "contact", "company", "vehicle", "communication", "task")


@dataclass(frozen=True)
class _Wish:
    """What is to be imported and how; ``mapping`` as ImportService takes it."""

    path: Path
    entity: str
    preset: str | None
    mapping: dict[str, str]
    on_duplicate: OnDuplicate


class ImportDialog(Dialog):
    """Looks, checks, runs and undoes through ImportService; a run is a job with progress and a stop button."""

    def __init__(self, ctx: Context, parent: QWidget) -> None:
        super().__init__(self.tr("Import a file"), parent, 720)
        self.ctx = ctx
        self.path: Path | None = None
        self.job: Job | None = None
        self.outcome: ImportResult | None = None
        self._wish: _Wish | None = None
        self._check: Job | None = None
        self._understood: dict[str, str] = {}
        self._changed: dict[str, str] = {}
        self._columns: dict[str, str] = {}  # field → column of the file
        self._make_choices()
        self.pages = QStackedWidget()
        for page in (self._make_look(), self._make_run(), self._make_result()):
            self.pages.addWidget(page)
        self.body.addWidget(self.pages, 1)
        self._close = self.add_button(self.tr("Cancel"), self.reject)
        self._undo = self.add_button(self.tr("Undo this import"), self.undo, "danger")
        self._undo.hide()
        self._import = self.add_button(self.tr("Import"), self.run, "primary")
        self._import.setEnabled(False)
        self._offer()
        self.resize(980, 548)

    # ------------------------------------------------------------------------------------------------------ making

    def _make_choices(self) -> None:
        self._name = ElidedLabel(self.tr("Excel, CSV and vCard files"), "muted")
        self._choose = button(self.tr("Choose a file …"), self.ask_file, "", self.ctx.theme.icon("upload-simple"))
        file_line = row(self._choose, gap=12)
        file_line.addWidget(self._name, 1)
        self._choices = QWidget()
        choices = row(gap=16)
        self.kind = self._choice(choices, self.tr("Kind of record"))
        self.preset = self._choice(choices, self.tr("Where the file comes from"))
        self.duplicates = self._choice(choices, self.tr("Rows that are here already"))
        choices.addStretch(1)
        self._choices.setLayout(choices)
        self.body.addLayout(file_line)
        self.body.addWidget(self._choices)
        self._fill_choices()

    def _choice(self, line: QHBoxLayout, words: str) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(words)
        line.addLayout(column(label(words, "group"), made, gap=2))
        return made

    def _fill_choices(self) -> None:
        for entity in _KINDS:
            if self.ctx.may(Action.CREATE, entity):
                self.kind.addItem(said(ENTITIES[entity].facts.plural), entity)
        for value, words in (
            ("skip", self.tr("Leave them out")),
            ("update", self.tr("Update them")),
            ("create", self.tr("Create them again")),
        ):
            self.duplicates.addItem(words, value)
        self._fill_presets()
        self.kind.activated.connect(lambda _i: self._kind_chosen())
        self.preset.activated.connect(lambda _i: self._preset_chosen())
        self.duplicates.activated.connect(lambda _i: self.look())

    def _fill_presets(self) -> None:
        self.preset.clear()
        self.preset.addItem(self.tr("Columns named as here"), None)
        for preset in PRESETS.values():
            if preset.entity == self.kind.currentData():
                self.preset.addItem(preset.label, preset.name)

    def _make_look(self) -> QWidget:
        self._about = label("", "muted", wrap=True)
        self._problem = label("", "problem", wrap=True)
        self.mapping = MappingTable(self.ctx.theme)
        self.mapping.changed.connect(self._field_chosen)
        self.forecast = ImportOutcome(self.ctx.theme, self.tr("What the import will do"))
        halves = row(gap=20)
        halves.addWidget(self.mapping, 11)
        halves.addWidget(self.forecast, 9)
        self._seen = QWidget()
        self._seen.setLayout(halves)
        self._unseen = Empty(self.ctx.theme, "upload-simple")
        self._unseen.say(
            self.tr("Nothing is imported yet"),
            self.tr("First you see what every column and every row of a file becomes."),
        )
        parts = column(self._about, self._problem, self._seen, self._unseen, grows=2)
        parts.setStretch(3, 1)
        page = QWidget()
        page.setLayout(parts)
        self._show_seen(seen=False)
        return page

    def _show_seen(self, *, seen: bool) -> None:
        first = seen and self._seen.isHidden()
        self._seen.setVisible(seen)
        self._unseen.setVisible(not seen)
        if first:
            self.mapping.setFocus()
        for words in (self._about, self._problem):
            words.setVisible(bool(words.text()))

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
        self.report = ImportOutcome(self.ctx.theme, "")
        self.report.title.hide()
        page = QWidget()
        parts = column(self._summary, self.report, self._notes, None, grows=1)
        parts.setStretch(3, 0)  # takes room once the report is gone
        page.setLayout(parts)
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
        self._changed = {}
        self.look(suggest=True)

    def _kind_chosen(self) -> None:
        self._fill_presets()
        self._offer()
        self._preset_chosen()

    def _preset_chosen(self) -> None:
        self._changed = {}
        self.look()

    def _offer(self) -> None:
        entity = str(self.kind.currentData())
        taken = {rule.field for preset in PRESETS.values() if preset.entity == entity for rule in preset.rules.values()}
        self.mapping.offer(entity, self.ctx.writable(entity, Action.CREATE) | taken)

    def _field_chosen(self, name: str, field: str) -> None:
        self._changed[name] = field
        if self._understood.get(name, LEFT_OUT) == field:
            del self._changed[name]  # a preset's own rule knows more than the field
        self.look()

    def _wished(self, path: Path) -> _Wish:
        preset: str | None = self.preset.currentData()
        mapping = self._changed
        if self._changed and preset is None:  # a mapping without a preset is the whole of it
            mapping = {**self._understood, **self._changed}
        return _Wish(path, str(self.kind.currentData()), preset, dict(mapping), self.duplicates.currentData())

    def look(self, *, suggest: bool = False) -> None:
        """Read the file's columns and its first rows; nothing is imported."""
        if self.path is None:
            return
        self._stop_checking()
        wish = self._wish = self._wished(self.path)
        self._import.setEnabled(False)
        self._about.setText(self.tr("Looking at the file …"))
        self._about.show()
        self.ctx.tasks.io(
            self,
            lambda: self._fitting(wish) if suggest and wish.preset is None else (wish, self._preview(wish)),
            lambda seen: self._show_look(wish, *seen),
            lambda problem: self._cannot_look(wish, problem),
        )

    def _preview(self, wish: _Wish) -> ImportPreview:
        return self.ctx.app.imports.preview(wish.path, wish.entity, wish.mapping or None, wish.preset)

    def _fitting(self, wish: _Wish) -> tuple[_Wish, ImportPreview]:
        """As wished or, where that takes no fewer columns, as the preset that the file looks like."""
        plain = self._preview(wish)
        if plain.suggested_preset is None:
            return wish, plain
        fitted = replace(wish, preset=plain.suggested_preset)
        seen = self._preview(fitted)
        worse = seen.problem or (not plain.problem and len(seen.mapping) < len(plain.mapping))
        return (wish, plain) if worse else (fitted, seen)

    def _cannot_look(self, wish: _Wish, problem: NxcrmError) -> None:
        if wish is self._wish:
            self._cannot(problem)

    def _cannot(self, problem: NxcrmError) -> None:
        self._about.setText("")
        self._problem.setText(" ".join(said(part) for part in (problem.happened, problem.safe, problem.todo) if part))
        self._show_seen(seen=False)

    def _show_look(self, asked: _Wish, wish: _Wish, found: ImportPreview) -> None:
        if asked is not self._wish:
            return  # something else was chosen meanwhile
        if wish is not asked:
            self._wish = wish
            self.preset.setCurrentIndex(self.preset.findData(wish.preset))
        if not self._changed:
            self._understood = dict(found.mapping)
        self._columns = {field: name for name, field in found.mapping.items()}
        about = (
            counted("ImportDialog", "%Ln row(s)", found.row_count),
            found.encoding.upper(),
            *map(said, found.notes),
        )
        self._about.setText(" · ".join(part for part in about if part))
        self._problem.setText(said(found.problem))
        self._show_seen(seen=True)
        self.mapping.show_columns(found.columns, found.sample, found.mapping)
        self._import.setEnabled(not found.problem)
        self.forecast.clear()
        if not found.problem:
            self._check_rows(wish)

    def _check_rows(self, wish: _Wish) -> None:
        """Go through all rows without writing, beside everything else; another choice ends it."""
        check = self._check = Job("")
        check.changed.connect(lambda: self._show_checking(check))
        self.forecast.clear(self.tr("Checking the rows …"))
        self.ctx.tasks.io(
            self,
            lambda: self._import_as(wish, check, dry_run=True),
            lambda result: self._show_forecast(wish, check, result),
            lambda problem: self._cannot_look(wish, problem),
        )

    def _import_as(self, wish: _Wish, job: Job, *, dry_run: bool = False) -> ImportResult:
        return self.ctx.app.imports.run(
            wish.path, wish.entity, wish.mapping or None, wish.preset, on_duplicate=wish.on_duplicate, dry_run=dry_run,
            progress=job.report, cancel=lambda: job.cancelled,
        )  # fmt: skip

    def _show_checking(self, check: Job) -> None:
        if check is self._check:
            self.forecast.clear(self.tr("Checking the rows …") + " " + self._so_far(check))

    def _show_forecast(self, wish: _Wish, check: Job, result: ImportResult) -> None:
        if check is self._check:
            self._check = None
            self.forecast.show_result(result, self._columns, wish.on_duplicate)

    def _stop_checking(self) -> None:
        check, self._check = self._check, None
        if check is not None:
            check.cancel()

    # ----------------------------------------------------------------------------------------------------- running

    def run(self) -> None:
        """Import it."""
        wish = self._wish
        if wish is None:
            return
        self._stop_checking()
        self._import.setEnabled(False)
        self._lock_choices(locked=True)
        self._close.setText(self.tr("Stop"))
        self.pages.setCurrentIndex(1)
        title = self.tr("Import %1").replace("%1", wish.path.name)
        self.job = self.ctx.jobs.start(title, lambda job: self._import_as(wish, job))
        self.job.changed.connect(self._show_progress)
        self.job.finished.connect(lambda result: self._show_result(wish, result))
        self.job.failed.connect(self._failed)

    def _lock_choices(self, *, locked: bool) -> None:
        for part in (self._choose, self._choices):
            part.setEnabled(not locked)

    def _show_progress(self) -> None:
        if self.job is not None:
            self._bar.setRange(0, self.job.total)
            self._bar.setValue(self.job.done)
            self._progress.setText(self._so_far(self.job))

    def _so_far(self, job: Job) -> str:
        return self.tr("%1 of %2 rows").replace("%1", str(job.done)).replace("%2", str(job.total))

    def _failed(self, problem: NxcrmError) -> None:
        self.job = None
        self._close.setText(self.tr("Cancel"))
        self._lock_choices(locked=False)
        self.pages.setCurrentIndex(0)
        self._import.setEnabled(True)
        self._cannot(problem)

    def _show_result(self, wish: _Wish, result: ImportResult) -> None:
        self.job, self.outcome = None, result
        self._summary.setText(self.tr("Stopped.") if result.cancelled else self.tr("Imported."))
        left_out = ", ".join(result.unmapped)
        self._notes.setText(self.tr("Columns left out: %1").replace("%1", left_out) if left_out else "")
        self.report.show_result(result, self._columns, wish.on_duplicate)
        self.pages.setCurrentIndex(2)
        self._choices.hide()
        self._choose.hide()
        self._undo.setVisible(result.batch is not None)
        self._import.hide()
        self._close.setText(self.tr("Close"))

    def undo(self) -> None:
        """Take the import back."""
        batch, imports = self.outcome.batch if self.outcome else None, self.ctx.app.imports
        if batch is None:
            return
        self._undo.setEnabled(False)
        job = self.ctx.jobs.start(self.tr("Undo the import"), lambda job: imports.undo(batch, job.report))
        job.finished.connect(self._undone)
        job.failed.connect(self.ctx.show_error)

    def _undone(self, result: UndoResult) -> None:
        self._undo.hide()
        self.report.hide()
        self._notes.hide()
        kept = counted("ImportDialog", "%Ln kept, because worked on since", len(result.kept)) if result.kept else ""
        words = [
            counted("ImportDialog", "Undone: %Ln deleted", result.deleted),
            counted("ImportDialog", "%Ln restored", result.restored),
            kept,
        ]
        self._summary.setText(" · ".join(word for word in words if word))

    def done(self, result: int) -> None:
        """Closed: nothing more is looked at."""
        self._stop_checking()
        super().done(result)

    def reject(self) -> None:
        """Escape and Cancel: while it runs they stop the job; the dialog then shows what was done."""
        if self.job is not None:
            self.job.cancel()
        else:
            super().reject()
