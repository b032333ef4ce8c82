"""A document inside the window: one page as a picture, made in memory; no other program sees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QScrollArea, QWidget

from nxcrm_desktop.documents.preview import page_count, preview_png
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.paper_sync import Place, PlaceState
from ui.context import Context
from ui.dialogs.base import Question
from ui.widgets.paper_bar import PaperBar
from ui.widgets.plain import column, icon_button, label, row
from ui.words import said

_SIDE = 1600
_MOST_PAGES = 30
Answer = tuple[str, Callable[[], object], str]


class Pages(QWidget):
    """Pictures of pages, one at a time, as wide as there is room."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self._pictures: list[QPixmap] = []
        self._at = 0
        self._page = QLabel()
        self._page.setTextFormat(Qt.TextFormat.PlainText)
        self._page.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._page.setAccessibleName(self.tr("Page"))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page.setMinimumWidth(1)
        self._page.setContentsMargins(8, 8, 8, 8)
        scroll.setWidget(self._page)
        self._scroll = scroll
        self._back = icon_button(self.tr("Page before"), ctx.theme.icon("caret-left"), lambda: self.turn(-1))
        self._on = icon_button(self.tr("Next page"), ctx.theme.icon("caret-right"), lambda: self.turn(1))
        self._where = label("", "muted")
        self.turner = QWidget()
        self.turner.setLayout(row(self._back, self._where, self._on, gap=2))
        self.setLayout(column(scroll, gap=0))
        self._show()

    def show_pages(self, pictures: list[bytes]) -> None:
        """Show these PNGs, from the first."""
        self._pictures = [_pixmap(data) for data in pictures]
        self._at = 0
        self._show()

    def say(self, text: str) -> None:
        """Words in place of a picture."""
        self._pictures = []
        self._show()
        self._page.setText(text)

    def turn(self, by: int) -> None:
        """Some pages on."""
        self._at = min(max(0, self._at + by), max(0, len(self._pictures) - 1))
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the page to the new width."""
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        many = len(self._pictures)
        self.turner.setVisible(many > 1)
        self._where.setText(f"{self._at + 1} / {many}")
        self._back.setEnabled(self._at > 0)
        self._on.setEnabled(self._at < many - 1)
        if many:
            ratio = self.devicePixelRatioF()
            picture = self._pictures[self._at]
            room = QSize(round((self._scroll.viewport().width() - 18) * ratio), 100_000)
            if picture.width() > room.width():
                picture = picture.scaled(
                    room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
            shown = QPixmap(picture)
            shown.setDevicePixelRatio(ratio)
            self._page.setPixmap(shown)


class Preview(QWidget):
    """Shows the latest version of a document if it is on this laptop; saves copies; takes a dropped new version."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._document = ""
        self._shown = ""  # the version that was asked to be drawn
        self._file_name = ""
        self.pages = Pages(ctx)
        self.bar = PaperBar(ctx)
        self.bar.placed.connect(self._placed)
        self.bar.copy_asked.connect(self.ask_target)
        self._about = label("", "muted")
        self.setAcceptDrops(self.bar.may_add)
        tools = row(self._about, None, self.pages.turner)
        self.setLayout(column(self.bar, tools, self.pages, gap=8, grows=2))

    def open(self, document_id: str) -> None:
        """Show a document."""
        if document_id != self._document:
            self.pages.say("")
            self._about.setText("")
        self._document, self._shown = document_id, ""
        self.bar.show_document(document_id)

    def _placed(self, place: Place | None) -> None:
        if place is None or not place.here:
            self._shown = ""
            self.pages.say(self._elsewhere(place) if place else "")
        elif place.version_id != self._shown:
            self._shown = place.version_id
            self._draw(self._document)

    def _elsewhere(self, place: Place) -> str:
        if place.state is PlaceState.DOWNLOADING:
            return self.tr("The file is on its way and is shown here when all of it has come.")
        if place.state is PlaceState.SERVER:
            return self.tr("The file is on the server. Open fetches it and shows it here.")
        return ""  # the line above says what is wrong

    def _draw(self, document_id: str) -> None:
        papers = self.ctx.app.papers
        self.ctx.tasks.io(
            self,
            lambda: _pictures(papers.open_bytes(document_id)),
            lambda pictures: self._take(document_id, pictures),
            lambda problem: self._cannot(document_id, problem),
        )

    def _take(self, document_id: str, pictures: list[bytes]) -> None:
        if document_id == self._document:
            self.pages.show_pages(pictures)

    def _cannot(self, document_id: str, problem: NxcrmError) -> None:
        if document_id == self._document:
            self.pages.say("\n".join(said(part) for part in (problem.happened, problem.todo) if part))

    def ask_target(self) -> None:
        """Choose where a copy goes; outside the program it is no longer encrypted, which the dialog's title says."""
        title = self.tr("Save a copy, readable by anyone with access to that folder")
        name, _kind = QFileDialog.getSaveFileName(self, title, self._file_name)
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Save a copy."""
        document, papers = self._document, self.ctx.app.papers
        self.ctx.tasks.io(self, lambda: papers.save_to(document, path), lambda _done: self._say_saved())

    def _say_saved(self) -> None:
        self._about.setText(self.tr("Copy saved."))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One file may be dropped: a new version."""
        if self.bar.may_add_version and len(_files(event.mimeData())) == 1:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask, then file it as a new version."""
        (path,) = _files(event.mimeData())
        event.acceptProposedAction()
        self.ask_version(path)

    def ask_version(self, path: Path) -> None:
        """Ask whether the file is a new version of what is shown."""
        title = self.tr("Add a new version?")
        text = self.tr("%1 becomes the newest version of this document. Earlier ones stay.").replace("%1", path.name)
        answers: list[Answer] = [
            (self.tr("Add the version"), lambda: self.bar.add_version(path), "primary"),
            (self.tr("Cancel"), lambda: None, ""),
        ]
        Question(title, text, answers, self).open()


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _pictures(data: bytes) -> list[bytes]:
    """PNGs of the pages; runs on a worker thread."""
    if not data.startswith(b"%PDF"):
        return [preview_png(data, side=_SIDE)]
    return [preview_png(data, page=number, side=_SIDE) for number in range(min(page_count(data), _MOST_PAGES))]


def _pixmap(data: bytes) -> QPixmap:
    made = QPixmap()
    made.loadFromData(data, "PNG")
    return made
