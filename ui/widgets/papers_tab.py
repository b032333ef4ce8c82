"""The papers of a lead, a customer or a deal: drop to add, see inside the window, save a copy."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, Condition, ListQuery, Record
from nxcrm_desktop.services.paper_sync import Place
from ui.context import Context
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.paper_bar import KeepButton
from ui.widgets.paper_words import place_icon, place_words
from ui.widgets.plain import button, column, label, row
from ui.widgets.preview import Preview

_SHOWN = frozenset({"document", "document_version"})
_MOST = 200
_LOOK_MS = 500
_Papers = list[tuple[Record, Place | None]]


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
        self._keep = KeepButton(ctx, self.tr("Keep all on this laptop"), self.tr("All kept on this laptop"))
        self._keep.clicked.connect(lambda: self.toggle_kept())
        self._keep.setToolTip(self.tr("All documents here, and those added later, are fetched and stay."))
        titles = (self.tr("Title"), self.tr("Category"), self.tr("Valid until"), self.tr("File"))
        self.list = LinesTable(ctx.theme, self.tr("Documents"), LinesModel(titles, (), self))
        self.preview = Preview(ctx)
        self.list.picked.connect(self.preview.open)
        self._nothing = label(self.tr("No documents yet."), "muted")
        tools = row(self._add, self._hint, None, self._keep)
        self.setLayout(column(tools, self._nothing, self.list, self.preview, margins=(12, 12, 12, 12), gap=12, grows=3))
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._moved = False
        self._show([], kept=False)

    def showEvent(self, event: object) -> None:
        """Follow what moves while somebody looks."""
        del event
        self._timer.start()

    def hideEvent(self, event: object) -> None:
        """Nobody looks."""
        del event
        self._timer.stop()

    def show_record(self, record: Record) -> None:
        """Show the papers of this record."""
        self._subject = record.id
        self._read()

    def changed(self, change: ChangeSet) -> None:
        """Read again when papers were committed."""
        if self._subject and _SHOWN & (change.changed.keys() | change.deleted.keys()):
            self._read()

    def _look(self) -> None:
        moves = self.ctx.app.paper_sync.is_moving
        if self._subject and (moves or self._moved):
            self._read()  # once more after the last has moved
        self._moved = moves

    def _read(self) -> None:
        subject, app, entity = self._subject, self.ctx.app, self._of.removesuffix("_id")
        query = ListQuery("document", (Condition(self._of, value=subject),), order="title")

        def read() -> tuple[_Papers, bool]:
            papers = app.lists.page(query, limit=_MOST).rows
            places = app.paper_sync.places([paper.id for paper in papers])
            return [(paper, places.get(paper.id)) for paper in papers], app.paper_sync.is_kept(entity, subject)

        self.ctx.tasks.read(self, read, lambda found: self._show(*found) if subject == self._subject else None)

    def _show(self, papers: _Papers, kept: bool) -> None:
        chosen = self.list.current_key()
        self.list.lines.show_lines([self._line(paper, place) for paper, place in papers])
        self._keep.setChecked(kept)
        self._keep.setVisible(bool(papers) or kept)
        self.list.fit_height(4)
        self.list.setVisible(bool(papers))
        self.preview.setVisible(bool(papers))
        self._nothing.setVisible(not papers)
        self.list.pick(chosen)

    def _line(self, paper: Record, place: Place | None) -> Line:
        words = self.ctx.words
        where = "" if place is None else place_words(place)
        icon = None if place is None else place_icon(self.ctx.theme, place)
        cells = (paper.text("title"), words.field(paper, "category"), words.field(paper, "expires_on"), where)
        return Line(paper.id, cells, icon)

    def toggle_kept(self) -> None:
        """Keep all documents of the record on this laptop, or no longer than there is room."""
        subject, entity, sync, keep = self._subject, self._of.removesuffix("_id"), self.ctx.app.paper_sync, self._keep
        on = keep.isChecked()
        self.ctx.tasks.write(self, lambda: sync.keep(entity, [subject], on), lambda _done: self._read())

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
