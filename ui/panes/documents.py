"""Documents: all papers this laptop knows of, where the file of each is, each to be seen inside the window."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, Record
from ui.context import Context
from ui.language import translate
from ui.models.source import Titles
from ui.models.window import Column
from ui.widgets.cells import Look
from ui.widgets.detail import RecordDetail
from ui.widgets.empty import Ways
from ui.widgets.form import Group
from ui.widgets.list_pane import ListPane, Shown, Spec
from ui.widgets.paper_words import place_words
from ui.widgets.plain import column
from ui.widgets.preview import Preview
from ui.words import said

ENTITY = "document"
PLACE = "place"
"""The column that says where the file is: no field of the document, but of this laptop."""
_LOOK_MS = 500


def spec() -> Spec:
    """The list of documents."""
    choices = ENTITIES[ENTITY].fields["category"].choices
    return Spec(
        entity=ENTITY,
        icon="files",
        columns=(
            Shown("title", 26, 0, Look.STRONG),
            Shown("category", 20, 1, Look.CHIP),
            Shown(PLACE, 20, 0, Look.MUTED, translate("Documents", "File")),
            Shown("contact_id", 18, 3),
            Shown("lead_id", 18, 4),
            Shown("expires_on", 12, 2),
            Shown("updated_at", 17, 5, Look.MUTED),
        ),
        chips=(("category", lambda: [(value, said(words)) for value, words in choices]),),
    )


class PreviewTab(QWidget):
    """The newest version as a picture."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.preview = Preview(ctx)
        self.setLayout(column(self.preview, margins=(12, 12, 12, 12)))

    def show_record(self, record: Record) -> None:
        """Show a document."""
        self.preview.open(record.id)

    def changed(self, change: ChangeSet) -> None:
        """A new version is shown when the document is opened again."""


class DocumentDetail(RecordDetail):
    """One document: its picture first."""

    avatar = "file-text"

    def __init__(self, ctx: Context) -> None:
        group = Group(translate("Documents", "DOCUMENT"), ("title", "category", "expires_on", "contact_id", "lead_id"))
        super().__init__(ctx, ENTITY, (group,))
        self.preview = PreviewTab(ctx)
        self.add_tab(self.preview, self.tr("Preview"))
        self.tabs.tabBar().moveTab(1, 0)
        self.tabs.setCurrentIndex(0)

    def headline(self, record: Record) -> str:
        """Category, whose, until when."""
        names = ("category", "contact_id", "lead_id", "expires_on")
        return " · ".join(text for text in (self.show_field(record, name) for name in names) if text)


class DocumentsPane(ListPane):
    """Documents."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, spec(), DocumentDetail(ctx))
        self._moved = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def facts_of(self, name: str) -> Facts:
        """See ListPane."""
        return Facts("File", Kind.TEXT) if name == PLACE else super().facts_of(name)

    def titles_of(self, records: list[Record]) -> Titles:
        """See ListPane; where the files are goes with them."""
        places = self.ctx.app.paper_sync.places([record.id for record in records])
        return {**super().titles_of(records), **{(PLACE, key): place_words(place) for key, place in places.items()}}

    def show_cell(self, record: Record, shown: Column, titles: Titles) -> str:
        """See ListPane."""
        if shown.name == PLACE:
            return titles.get((PLACE, record.id), "")
        return super().show_cell(record, shown, titles)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow what moves while somebody looks."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def _look(self) -> None:
        moves = self.ctx.app.paper_sync.is_moving
        if moves or self._moved:
            self.model.refresh()
        self._moved = moves

    def first_hint(self) -> str:
        """Where documents are added."""
        return self.tr("Open a lead or a customer and drop files on Docs. They are stored encrypted on this laptop.")

    def first_ways(self) -> Ways:
        """To the leads."""
        go = self.ctx.go
        return [(self.tr("Go to leads"), lambda: go.place.emit("leads"))] if self.ctx.may(Action.READ, "lead") else ()
