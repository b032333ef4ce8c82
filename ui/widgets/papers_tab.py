"""The papers of a lead, a customer or a deal: drop to add, see inside the window, save a copy."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, Condition, ListQuery, Record
from ui.context import Context
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.plain import button, column, label, row
from ui.widgets.preview import Preview

_SHOWN = frozenset({"document", "document_version"})
_MOST = 200


class PapersTab(QWidget):
    """Reads and writes through PaperService. ``of``: "lead_id", "contact_id" or "transaction_id"."""

    def __init__(self, ctx: Context, of: str) -> None:
        super().__init__()
        self.ctx, self._of = ctx, of
        self._subject = ""
        self._may_add = ctx.may(Action.CREATE, "document")
        self.setAcceptDrops(self._may_add)
        self._add = button(self.tr("Attach …"), self.ask_files, "", ctx.theme.icon("paperclip"))
        self._add.setToolTip(self.tr("Ctrl+Shift+A"))
        self._add.setVisible(self._may_add)
        self._hint = label(self.tr("or drop files here"), "muted")
        titles = (self.tr("Title"), self.tr("Category"), self.tr("Valid until"))
        self.list = LinesTable(ctx.theme, self.tr("Documents"), LinesModel(titles, (), self))
        self.preview = Preview(ctx)
        self.list.picked.connect(self.preview.open)
        self._nothing = label(self.tr("No documents yet."), "muted")
        tools = row(self._add, self._hint, None)
        self.setLayout(column(tools, self._nothing, self.list, self.preview, margins=(12, 12, 12, 12), gap=12, grows=3))
        self._show([])

    def show_record(self, record: Record) -> None:
        """Show the papers of this record."""
        self._subject = record.id
        self._read()

    def changed(self, change: ChangeSet) -> None:
        """Read again when papers were committed."""
        if self._subject and _SHOWN & (change.changed.keys() | change.deleted.keys()):
            self._read()

    def _read(self) -> None:
        subject = self._subject
        query = ListQuery("document", (Condition(self._of, value=subject),), order="title")
        self.ctx.tasks.read(
            self,
            lambda: self.ctx.app.lists.page(query, limit=_MOST).rows,
            lambda rows: self._show(list(rows)) if subject == self._subject else None,
        )

    def _show(self, papers: list[Record]) -> None:
        kept = self.list.current_key()
        words = self.ctx.words
        self.list.lines.show_lines(
            [
                Line(paper.id, (paper.text("title"), words.field(paper, "category"), words.field(paper, "expires_on")))
                for paper in papers
            ]
        )
        self.list.fit_height(4)
        self.list.setVisible(bool(papers))
        self.preview.setVisible(bool(papers))
        self._nothing.setVisible(not papers)
        self.list.pick(kept)

    # ------------------------------------------------------------------------------------------------------ adding

    def ask_files(self) -> None:
        """Choose files to attach."""
        if self._may_add and self._subject:
            names, _kind = QFileDialog.getOpenFileNames(self, self.tr("Attach documents"))
            self.attach([Path(name) for name in names])

    def attach(self, files: list[Path]) -> None:
        """Attach files, each in a transaction of its own."""
        subject, of, papers = self._subject, self._of, self.ctx.app.papers
        for path in files:
            self.ctx.tasks.write(self, partial(papers.attach, path, title=path.stem, **{of: subject}), _done)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Attach what was dropped."""
        self.attach([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()


def _done(_id: str) -> None:
    """The change signal shows it."""
