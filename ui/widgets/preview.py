"""A document inside the window: one page as a picture, made in memory; no other program sees it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QLabel, QScrollArea, QWidget

from nxcrm_desktop.documents.preview import page_count, preview_png
from nxcrm_desktop.errors import NxcrmError
from ui.context import Context
from ui.widgets.plain import button, column, icon_button, label, row
from ui.words import said

_SIDE = 1600
_MOST_PAGES = 30


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
    """Shows the latest version of a document, and saves copies of it."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._document = ""
        self._file_name = ""
        self.pages = Pages(ctx)
        self._save = button(self.tr("Save a copy …"), self.ask_target, "", ctx.theme.icon("download-simple"))
        self._about = label("", "muted")
        self.setLayout(column(row(self._about, None, self.pages.turner, self._save), self.pages, gap=8, grows=1))

    def open(self, document_id: str) -> None:
        """Show a document."""
        self._document = document_id
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


def _pictures(data: bytes) -> list[bytes]:
    """PNGs of the pages; runs on a worker thread."""
    if not data.startswith(b"%PDF"):
        return [preview_png(data, side=_SIDE)]
    return [preview_png(data, page=number, side=_SIDE) for number in range(min(page_count(data), _MOST_PAGES))]


def _pixmap(data: bytes) -> QPixmap:
    made = QPixmap()
    made.loadFromData(data, "PNG")
    return made
