"""Where one document is, and what can be done about it: open, keep, free up space, try again, new version."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.paper_sync import Place, PlaceState
from ui.changes import touched
from ui.context import Context
from ui.tasks import Job, JobState, watch
from ui.widgets.paper_words import failure_words, place_icon, place_sentence
from ui.widgets.plain import ElidedLabel, button, column, icon_button, label, row

_LOOK_MS = 400
"""How often the percentage is read again while something moves."""


class KeepButton(QPushButton):
    """A button that stays down; a tick and other words say so, too."""

    def __init__(self, ctx: Context, up: str, down: str) -> None:
        super().__init__()
        self._ctx, self._up, self._down = ctx, up, down
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.toggled.connect(self._show)
        self._show(False)

    def _show(self, on: bool) -> None:
        self.setText(self._down if on else self._up)
        self.setIcon(self._ctx.theme.icon("check" if on else "floppy-disk"))


class PaperBar(QWidget):
    """``placed`` with the Place of the document shown (None: it has no file), whenever that has changed."""

    placed = Signal(object)
    copy_asked = Signal()

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.document = ""
        self.place: Place | None = None
        self._job: Job | None = None
        self._may_add = ctx.may(Action.CREATE, "document_version")
        self._icon, self._words = label(), ElidedLabel("", "muted")
        self._icon.setFixedWidth(20)
        self.open_button = button(self.tr("Open"), self.fetch, "primary")
        self.stop_button = button(self.tr("Stop"), self.stop)
        self.retry_button = button(self.tr("Try again"), self.retry, "", ctx.theme.icon("arrows-clockwise"))
        self.keep_button = KeepButton(ctx, self.tr("Keep on this laptop"), self.tr("Kept on this laptop"))
        self.keep_button.clicked.connect(lambda: self.toggle_kept())
        self.keep_button.setToolTip(self.tr("It stays here, also without a network, and is fetched by itself."))
        self.more_button = icon_button(self.tr("More"), ctx.theme.icon("dots-three"), self._ask_more)
        self._why = label("", "muted", wrap=True)
        tools = row(
            self._icon, self._words, self.open_button, self.stop_button, self.retry_button, self.keep_button,
            self.more_button, gap=6,
        )  # fmt: skip
        tools.setStretchFactor(self._words, 1)
        self.setLayout(column(tools, self._why, gap=4))
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        ctx.changes.happened.connect(self._changed)
        self._show(None)

    def show_document(self, document_id: str) -> None:
        """Show where this document is."""
        self.document, self._job = document_id, None
        self._read()

    def hideEvent(self, event: object) -> None:
        """Nobody looks: no timer runs."""
        del event
        self._timer.stop()

    def showEvent(self, event: object) -> None:
        """Look again."""
        del event
        self._timer.start()

    # ------------------------------------------------------------------------------------------------------ reading

    def _changed(self, change: ChangeSet) -> None:
        if self.document and self.document in touched(change, "document"):
            self._read()

    def _look(self) -> None:
        moves = self.place is not None and self.place.state in (PlaceState.UPLOADING, PlaceState.DOWNLOADING)
        if self.document and (moves or self.ctx.app.paper_sync.is_moving):
            self._read()

    def _read(self) -> None:
        document, sync = self.document, self.ctx.app.paper_sync
        self.ctx.tasks.read(
            self,
            lambda: sync.places([document]).get(document),
            lambda place: self._show(place) if document == self.document else None,
        )

    def _show(self, place: Place | None) -> None:
        changed = place != self.place
        self.place = place
        self._words.set_whole(place_sentence(place) if place else "")
        self._tell_why(failure_words(place.failure) if place and place.failure and _failed(place) else "")
        if place is not None:
            self._icon.setPixmap(place_icon(self.ctx.theme, place).pixmap(16))
        fetching = self._job is not None and self._job.state is JobState.RUNNING
        failed = place is not None and _failed(place)
        self.open_button.setVisible(place is not None and place.state is PlaceState.SERVER and not fetching)
        self.stop_button.setVisible(fetching)
        self.retry_button.setVisible(failed and not fetching)
        self.keep_button.setVisible(place is not None)
        self.keep_button.setChecked(place is not None and place.kept)
        self.more_button.setVisible(place is not None)
        if changed:
            self.placed.emit(place)

    def _tell_why(self, words: str) -> None:
        self._why.setText(words)
        self._why.setVisible(bool(words))

    # ------------------------------------------------------------------------------------------------------- acting

    def fetch(self) -> None:
        """Bring the file here, with its progress in the jobs and a way to stop it."""
        document, sync = self.document, self.ctx.app.paper_sync
        job = self.ctx.jobs.start(self.tr("Fetch a document"), lambda job: sync.fetch([document], watch(job)))
        self._job = job
        job.changed.connect(self._read)
        job.failed.connect(partial(self._cannot, document))
        self._read()

    def stop(self) -> None:
        """Stop fetching; what has come so far is kept for the next time."""
        if self._job is not None:
            self._job.cancel()

    def retry(self) -> None:
        """Try again: at once what is to be fetched, with the sync that begins now what is to be sent."""
        document, sync = self.document, self.ctx.app.paper_sync
        fetched = self.place is not None and not self.place.here
        self.ctx.tasks.write(self, lambda: sync.retry([document]), lambda _done: self.fetch() if fetched else None)

    def toggle_kept(self) -> None:
        """Keep it here, or no longer."""
        if self.place is not None:
            keep, document, sync = not self.place.kept, self.document, self.ctx.app.paper_sync
            self.keep_button.setChecked(keep)
            self.ctx.tasks.write(self, lambda: sync.keep("document", [document], keep), lambda _done: self._read())

    def free(self) -> None:
        """Remove the file from this laptop; the server keeps it."""
        document, sync = self.document, self.ctx.app.paper_sync
        self.ctx.tasks.write(self, lambda: sync.free([document]), lambda _done: self._read())

    def ask_version(self) -> None:
        """Choose the file of a new version."""
        name, _kind = QFileDialog.getOpenFileName(self, self.tr("New version of this document"))
        if name:
            self.add_version(Path(name))

    def add_version(self, path: Path) -> None:
        """File a new version of the document."""
        document, papers = self.document, self.ctx.app.papers
        if document and self._may_add:
            self.ctx.tasks.write(self, lambda: papers.add_version(document, path), lambda _number: self._read())

    @property
    def may_add(self) -> bool:
        """Whether the user's role may add versions."""
        return self._may_add

    @property
    def may_add_version(self) -> bool:
        """Whether a new version may be added to what is shown."""
        return self._may_add and bool(self.document)

    def more_actions(self) -> list[QAction]:
        """What is asked for less often."""
        copy = QAction(self.tr("Save a copy …"), self)
        copy.triggered.connect(self.copy_asked)
        version = QAction(self.tr("New version …"), self)
        version.setEnabled(self._may_add)
        version.triggered.connect(self.ask_version)
        free = QAction(self.tr("Free up space"), self)
        free.setEnabled(self.place is not None and self.place.here and self.place.on_server)
        free.triggered.connect(self.free)
        return [copy, version, free]

    def _ask_more(self) -> None:
        menu = QMenu(self)
        menu.addActions(self.more_actions())
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _cannot(self, document: str, problem: NxcrmError) -> None:
        if document == self.document:
            self._read()
            self.ctx.show_error(problem)


def _failed(place: Place) -> bool:
    return place.state is PlaceState.FAILED
