"""Privacy: find a person, see what will be exported, make the package; a job."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.privacy.subjects import SubjectHit
from ui.context import Context
from ui.tasks import Job, watch
from ui.widgets.empty import Empty
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.pane import Pane
from ui.widgets.plain import button, column, frame, label, line_edit, row
from ui.words import said


class PrivacyPane(Pane):
    """See the module."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.text = line_edit(self.tr("Phone, e-mail or name"), self.tr("Phone, e-mail or name"))
        self.text.returnPressed.connect(self.search)
        find = button(self.tr("Find"), self.search, "primary")
        titles = (
            self.tr("Person"),
            self.tr("Kind"),
            self.tr("Found by"),
        )
        self.hits = LinesTable(ctx.theme, self.tr("People found"), LinesModel(titles, (), self))
        self.hits.picked.connect(lambda _key: self._ready())
        self.empty = Empty(ctx.theme, "magnifying-glass")
        self.empty.say(
            self.tr("Nobody searched for yet"),
            self.tr("Find a person above, choose the right one, and export everything that is held about them."),
        )
        self.found = QStackedWidget()
        self.found.addWidget(self.empty)
        self.found.addWidget(self.hits)
        self.reason = line_edit(self.tr("Reason"), self.tr("e.g. access request of 12-11-2026"))
        self.recipient = line_edit(self.tr("Recipient"), self.tr("e.g. the customer"))
        for field in (self.reason, self.recipient):
            field.textChanged.connect(lambda _text: self._ready())
        self._export = button(self.tr("Export package …"), self.ask_target, "primary")
        self._state = label("", "muted", wrap=True)
        whole = ctx.app.privacy.whole
        scope = (
            self.tr("You search everything the company holds, at the server.")
            if whole
            else self.tr("You search what this laptop holds. The privacy officer can export the whole.")
        )
        form = frame("card")
        form.setLayout(
            column(
                label(self.tr("EXPORT"), "group"),
                row(_caption(self.tr("Reason")), self.reason),
                row(_caption(self.tr("Recipient")), self.recipient),
                label(self.tr("Every export is entered in the disclosure register."), "muted"),
                row(self._state, None, self._export),
                margins=(16, 12, 16, 12),
            )
        )
        self.setLayout(
            column(
                label(scope, "muted", wrap=True),
                row(self.text, find),
                self.found,
                form,
                margins=(16, 16, 16, 16),
                gap=12,
            )
        )
        self._ready()

    def activated(self) -> None:
        """The user came here."""
        self.text.setFocus()

    def search(self) -> None:
        """Find people."""
        text = self.text.text().strip()
        if text:
            self._state.setText(self.tr("Searching …"))
            self.ctx.tasks.io(
                self,
                lambda: self.ctx.app.privacy.search(text),
                self._show,
                self._failed,
            )

    def _failed(self, problem: NxcrmError) -> None:
        self._state.setText("")
        self.ctx.show_error(problem)

    def _show(self, hits: list[SubjectHit]) -> None:
        self._state.setText("")
        self.empty.say(self.tr("Nobody was found."), self.tr("Try another spelling, or the phone number alone."))
        self.found.setCurrentWidget(self.hits if hits else self.empty)
        self.hits.lines.show_lines(
            [Line(hit.id, (hit.label, said(ENTITIES[hit.entity].facts.label), hit.why)) for hit in hits]
        )
        self.hits.pick("")
        self._ready()

    def _ready(self) -> None:
        chosen = bool(self.hits.current_key())
        self._export.setEnabled(chosen and bool(self.reason.text().strip()) and bool(self.recipient.text().strip()))

    def ask_target(self) -> None:
        """Choose the file."""
        name, _kind = QFileDialog.getSaveFileName(self, self.tr("Save the package"), "subject-export.zip", "*.zip")
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> Job:
        """Make the package as a job."""
        subject, privacy = self.hits.current_key(), self.ctx.app.privacy
        reason, recipient = self.reason.text().strip(), self.recipient.text().strip()
        job = self.ctx.jobs.start(
            self.tr("Privacy export"),
            lambda job: privacy.export(subject, path, reason=reason, recipient=recipient, watch=watch(job)),
        )
        job.finished.connect(lambda summary: self._done(summary.documents, path))
        job.failed.connect(self.ctx.show_error)
        return job

    def _done(self, documents: int, path: Path) -> None:
        words = self.tr("Saved %1 with %2 documents.")
        self._state.setText(words.replace("%1", path.name).replace("%2", str(documents)))

    def regions(self) -> list[QWidget]:
        """The search and what was found."""
        return [self.text, self.hits]


def _caption(text: str) -> QWidget:
    made = label(text, "muted")
    made.setFixedWidth(110)
    return made
