"""The unlocked window: rail, top bar, the panes, the status line. It knows the panes; they do not know each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet
from ui.changes import touched
from ui.context import Context
from ui.dialogs.import_file import ImportDialog
from ui.dialogs.new_record import NewRecordDialog
from ui.dialogs.palette import Choice, Palette
from ui.dialogs.shortcut_sheet import ShortcutSheet
from ui.places import PANES, places_for
from ui.shortcuts import shortcuts
from ui.widgets.jobs_panel import JobsPanel
from ui.widgets.pane import Pane
from ui.widgets.plain import row
from ui.widgets.rail import Place, Rail
from ui.widgets.status_bar import StatusBar
from ui.widgets.sync_pill import SyncState
from ui.widgets.top_bar import TopBar
from ui.words import said

_WIDE_RAIL = 1500
_NEW = (("lead", "funnel"), ("contact", "users"), ("vehicle", "car"))


class Workspace(QWidget):
    """``lock_asked``, ``sync_asked`` and ``sign_in_asked`` go to whoever owns the session."""

    lock_asked = Signal()
    sync_asked = Signal()
    sign_in_asked = Signal()

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self.setObjectName("page")
        self._places = places_for(ctx)
        self._panes: dict[str, Pane] = {}
        self.rail = Rail(ctx.theme, self._places)
        self.top = TopBar(ctx.theme, "")
        self.stack = QStackedWidget()
        self.status = StatusBar(ctx.theme, ctx.jobs)
        self.jobs_panel = JobsPanel(ctx.theme, ctx.jobs, self)
        self._layout()
        self._connect()
        ctx.read_lists(self, lambda: self.go(self._places[0].key))

    def _layout(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.top)
        right.addWidget(self.stack, 1)
        right.addWidget(self.status)
        outer = row(margins=(0, 0, 0, 0), gap=0)
        outer.addWidget(self.rail)
        outer.addLayout(right, 1)
        self.setLayout(outer)

    def _connect(self) -> None:
        ctx = self.ctx
        self.rail.chosen.connect(self.go)
        self.top.search_asked.connect(self.search)
        self.top.new_asked.connect(self.new)
        self.top.lock_asked.connect(self.lock)
        self.status.jobs_asked.connect(self.jobs_panel.toggle)
        self.status.conflicts_asked.connect(lambda: self.go("sync"))
        self.status.pill.asked.connect(self._pill_asked)
        ctx.go.record.connect(self.show_record)
        ctx.go.place.connect(self.go)
        ctx.go.new.connect(self.new)
        ctx.changes.happened.connect(self._changed)
        ctx.theme.changed.connect(self._fill_news)
        self._fill_news()
        for shortcut in shortcuts():
            act: Callable[[], None] = getattr(self, shortcut.act)
            QShortcut(QKeySequence(shortcut.keys), self).activated.connect(act)
        for place, key in enumerate(self.rail.keys[:9], start=1):
            QShortcut(QKeySequence(f"Ctrl+{place}"), self).activated.connect(partial(self.go, key))

    def _fill_news(self) -> None:
        news = [
            (entity, said(ENTITIES[entity].facts.label), icon)
            for entity, icon in _NEW
            if self.ctx.may(Action.CREATE, entity)
        ]
        if self.ctx.may(Action.CREATE, "lead"):
            news.append(("import", self.tr("Import a file …"), "upload-simple"))
        self.top.set_news(news)

    # ------------------------------------------------------------------------------------------------------- places

    @property
    def pane(self) -> Pane | None:
        """What is looked at."""
        current = self.stack.currentWidget()
        return current if isinstance(current, Pane) else None

    def go(self, key: str) -> None:
        """Show a place of the rail."""
        if key not in {place.key for place in self._places}:
            return
        pane = self._panes.get(key)
        if pane is None:
            pane = PANES[key](self.ctx)
            pane.summary.connect(lambda words, pane=pane: self._show_summary(pane, words))
            self._panes[key] = pane
            self.stack.addWidget(pane)
        self.rail.show_chosen(key)
        self.stack.setCurrentWidget(pane)
        self.top.title.setText(self._place(key).words)
        self.status.rows.setText("")
        pane.ensure_started()
        pane.activated()

    def _place(self, key: str) -> Place:
        return next(place for place in self._places if place.key == key)

    def _show_summary(self, pane: Pane, words: str) -> None:
        if pane is self.pane:
            self.status.rows.setText(words)

    def show_record(self, entity: str, record_id: str) -> None:
        """Show a record in the pane of its kind."""
        place = next((place for place in self._places if place.entity == entity), None)
        if place is not None:
            self.go(place.key)
            self._panes[place.key].show_record(record_id)

    def _changed(self, change: ChangeSet) -> None:
        if touched(change, "user") or touched(change, "lead_stage"):
            self.ctx.read_lists(self, lambda: None)

    # ------------------------------------------------------------------------------------------------ what keys ask

    def search(self) -> None:
        """Ctrl+K."""
        places = [
            Choice(place.icon, place.words, self.tr("Go there"), partial(self.go, place.key)) for place in self._places
        ]
        palette = Palette(self.ctx, places, self)
        top = self.mapToGlobal(self.rect().topLeft())
        palette.move(top.x() + (self.width() - palette.width()) // 2, top.y() + 64)
        palette.open()
        palette.line.setFocus()

    def new(self, entity: str) -> None:
        """Ask for a new record, or for a file to import."""
        if entity == "import":
            self.import_file()
        elif self.ctx.may(Action.CREATE, entity) and entity in dict(_NEW):
            NewRecordDialog(self.ctx, entity, self).open()

    def new_here(self) -> None:
        """Ctrl+N: a new one of what is looked at."""
        key = next((place for place in self._places if self._panes.get(place.key) is self.pane), None)
        self.new(key.entity if key is not None and key.entity in dict(_NEW) else "lead")

    def import_file(self) -> None:
        """Bring a file's rows in."""
        if self.ctx.may(Action.CREATE, "lead"):
            ImportDialog(self.ctx, self).open()

    def show_shortcuts(self) -> None:
        """Ctrl+/ and F1."""
        ShortcutSheet(shortcuts(), self).open()

    def lock(self) -> None:
        """Ctrl+L."""
        self.lock_asked.emit()

    def sync(self) -> None:
        """F5."""
        self.sync_asked.emit()

    def edit(self) -> None:
        """F2."""
        self._ask(lambda pane: pane.edit())

    def save(self) -> None:
        """Ctrl+S."""
        self._ask(lambda pane: pane.save())

    def focus_filter(self) -> None:
        """Ctrl+F."""
        self._ask(lambda pane: pane.focus_filter())

    def escape(self) -> None:
        """Esc."""
        self._ask(lambda pane: pane.escape())

    def log_activity(self) -> None:
        """Ctrl+Enter."""
        self._ask(lambda pane: pane.log_activity())

    def attach(self) -> None:
        """Ctrl+Shift+A."""
        self._ask(lambda pane: pane.attach())

    def next_record(self) -> None:
        """Alt+Down."""
        self._ask(lambda pane: pane.step(1))

    def previous_record(self) -> None:
        """Alt+Up."""
        self._ask(lambda pane: pane.step(-1))

    def next_region(self) -> None:
        """F6: rail, then the parts of the pane, and around."""
        regions = [self.rail.first_button(), *(self.pane.regions() if self.pane is not None else [])]
        focused = self.focusWidget()
        here = next((i for i, region in enumerate(regions) if _holds(region, focused)), -1)
        regions[(here + 1) % len(regions)].setFocus()

    def _ask(self, what: Callable[[Pane], None]) -> None:
        if self.pane is not None:
            what(self.pane)

    def save_all(self) -> None:
        """Store what is complete in every pane."""
        for pane in self._panes.values():
            pane.save()

    def may_leave(self) -> bool:
        """Whether no pane holds something typed and not saved."""
        return all(pane.may_leave() for pane in self._panes.values())

    # --------------------------------------------------------------------------------------------------------- sync

    def show_sync(self, state: SyncState) -> None:
        """Tell where sync stands."""
        self.status.show_sync(state)

    def say(self, words: str, seconds: int = 5) -> None:
        """A short word in the status line."""
        self.status.message.setText(words)
        QTimer.singleShot(seconds * 1000, self, lambda: self.status.message.setText(""))

    def _pill_asked(self, what: str) -> None:
        if what == "conflicts":
            self.go("sync")
        elif what == "sign_in":
            self.sign_in_asked.emit()
        else:
            self.sync_asked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The rail shows its words when there is plenty of room."""
        super().resizeEvent(event)
        grew = event.oldSize().width() < _WIDE_RAIL <= event.size().width()
        shrank = event.size().width() < _WIDE_RAIL <= event.oldSize().width()
        if grew or shrank:
            self.rail.widen(wide=grew)


def _holds(region: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and (region is focused or region.isAncestorOf(focused))
