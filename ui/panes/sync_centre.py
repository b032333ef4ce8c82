"""Sync: conflicts to decide, edits that wait, edits that were refused, and this device. Nothing hidden."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet, ListQuery, Record
from nxcrm_desktop.services.conflicts import ConflictView
from nxcrm_desktop.services.outbox import WaitingEdit
from nxcrm_desktop.services.status import Answer
from ui.changes import touched
from ui.context import Context
from ui.dialogs.conflict import ConflictDialog, kept, shown
from ui.widgets.empty import Empty
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.pane import Pane
from ui.widgets.paper_space import PaperSpace
from ui.widgets.plain import button, column, label, row
from ui.words import label_of, said, when

_MOST = 500


class _Section(QWidget):
    """A table, or the words that there is nothing in it."""

    def __init__(self, ctx: Context, icon: str, table: LinesTable, title: str, hint: str) -> None:
        super().__init__()
        self.table = table
        self._empty = Empty(ctx.theme, icon)
        self._empty.say(title, hint)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(table)
        self.tools = row(gap=8)
        self.setLayout(column(self.tools, self._stack, margins=(16, 12, 16, 16), gap=8))

    def show_lines(self, lines: list[Line]) -> None:
        """Show these."""
        kept = self.table.current_key()
        self.table.lines.show_lines(lines)
        self._stack.setCurrentWidget(self.table if lines else self._empty)
        self.table.pick(kept)


class SyncPane(Pane):
    """See the module."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._views: dict[str, ConflictView] = {}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Parts of sync"))
        self.conflicts = self._make_conflicts()
        self.waiting = self._make_waiting()
        self.refused = self._make_refused()
        self.device = label("", wrap=True, selectable=True)
        self._titles = (self.tr("Conflicts"), self.tr("Waiting"), self.tr("Refused"), self.tr("This laptop"))
        device = QWidget()
        self.device_rows = column(gap=6)
        device.setLayout(column(self.device_rows, PaperSpace(ctx), None, margins=(16, 16, 16, 16), gap=16))
        for part, title in zip((self.conflicts, self.waiting, self.refused, device), self._titles, strict=True):
            self.tabs.addTab(part, title)
        self.setLayout(column(self.tabs))
        ctx.changes.happened.connect(self._changed)

    # ------------------------------------------------------------------------------------------------------ making

    def _make_conflicts(self) -> _Section:
        titles = (
            self.tr("Record"),
            self.tr("Field"),
            self.tr("Server has"),
            self.tr("The other"),
            self.tr("Typed by"),
            self.tr("When"),
        )
        table = LinesTable(self.ctx.theme, self.tr("Conflicts"), LinesModel(titles, (), self), stretch=2)
        table.doubleClicked.connect(lambda _index: self.resolve())
        made = _Section(
            self.ctx, "check-circle", table, self.tr("No conflicts"),
            self.tr("When two people change the same field, you decide here which value stays."),
        )  # fmt: skip
        self._resolve = button(self.tr("Resolve …"), self.resolve, "primary")
        self._resolve.hide()
        made.tools.addWidget(self._resolve)
        made.tools.addStretch(1)
        self._resolve.setEnabled(self.ctx.may(Action.UPDATE, "conflict"))
        return made

    def _make_waiting(self) -> _Section:
        titles = (self.tr("Record"), self.tr("Kind"), self.tr("Edit"), self.tr("Fields"), self.tr("When"))
        table = LinesTable(
            self.ctx.theme, self.tr("Edits waiting for the server"), LinesModel(titles, (), self), stretch=3
        )
        hint = self.tr(
            "Edits made while there is no network wait here, safe on this laptop, and are sent by themselves."
        )
        return _Section(self.ctx, "cloud-check", table, self.tr("Nothing waits"), hint)

    def _make_refused(self) -> _Section:
        titles = (self.tr("Kind"), self.tr("Edit"), self.tr("Refused because"), self.tr("When"))
        table = LinesTable(self.ctx.theme, self.tr("Refused edits"), LinesModel(titles, (), self), stretch=2)
        hint = self.tr("An edit the server may not accept is kept, with its reason, for a manager to review.")
        return _Section(self.ctx, "tray", table, self.tr("Nothing was refused"), hint)

    # ----------------------------------------------------------------------------------------------------- reading

    def start(self) -> None:
        """Read all parts."""
        self._read_conflicts()
        self._read_waiting()
        self._read_refused()
        self.ctx.tasks.io(self, self.ctx.app.status.report, self._show_device)

    def _changed(self, change: ChangeSet) -> None:
        if not self.started:
            return
        self._read_waiting()
        if touched(change, "conflict"):
            self._read_conflicts()
        if touched(change, "quarantine"):
            self._read_refused()

    def _read_conflicts(self) -> None:
        self.ctx.tasks.read(self, self.ctx.app.conflicts.list, self._show_conflicts)

    def _read_waiting(self) -> None:
        self.ctx.tasks.read(self, lambda: self.ctx.app.outbox.waiting(_MOST), self._show_waiting)

    def _read_refused(self) -> None:
        if self.ctx.may(Action.READ, "quarantine"):
            query = ListQuery("quarantine", order="updated_at", descending=True)
            self.ctx.tasks.read(self, lambda: self.ctx.app.lists.page(query, limit=_MOST).rows, self._show_refused)

    def _show_conflicts(self, views: list[ConflictView]) -> None:
        self._views = {view.id: view for view in views}
        now = clock.now_ms()
        self.conflicts.show_lines(
            [
                Line(
                    v.id,
                    (
                        v.row_title,
                        said(v.facts.label),
                        shown(self.ctx, v, kept(v)),
                        shown(self.ctx, v, v.mine),
                        v.mine_by,
                        when(v.mine_at, now),
                    ),
                )
                for v in views
            ]
        )
        self._resolve.setVisible(bool(views))
        self._count(0, len(views))

    def _show_waiting(self, edits: list[WaitingEdit]) -> None:
        now = clock.now_ms()
        words = {"create": self.tr("New"), "update": self.tr("Change"), "delete": self.tr("Deletion")}
        self.waiting.show_lines(
            [
                Line(
                    str(edit.entry.n),
                    (
                        edit.title or "–",
                        said(ENTITIES[edit.entry.entity].facts.label),
                        words.get(edit.entry.op, edit.entry.op),
                        ", ".join(label_of(edit.entry.entity, name) for name in edit.entry.fields),
                        when(edit.entry.at, now),
                    ),
                )
                for edit in edits
            ]
        )
        self._count(1, len(edits))

    def _show_refused(self, rows: tuple[Record, ...]) -> None:
        now = clock.now_ms()
        self.refused.show_lines(
            [
                Line(
                    r.id,
                    (
                        said(ENTITIES[r.text("entity")].facts.label),
                        r.text("op"),
                        said(r.text("reason")),
                        when(r.integer("typed_at"), now),
                    ),
                )
                for r in rows
            ]
        )
        self._count(2, len(rows))

    def _count(self, tab: int, many: int) -> None:
        self.tabs.setTabText(tab, f"{self._titles[tab]} {many}" if many else self._titles[tab])

    def _show_device(self, answer: Answer) -> None:
        names = {
            "user": self.tr("User"),
            "role": self.tr("Role"),
            "server": self.tr("Server"),
            "last_sync": self.tr("Last sync"),
            "lease_expires": self.tr("Works offline until"),
            "key_protection": self.tr("Key kept by"),
            "cipher_version": self.tr("Encryption"),
        }
        while (item := self.device_rows.takeAt(0)) is not None:
            old = item.layout()
            if old is not None:
                old.deleteLater()
        for key, words in names.items():
            caption = label(words, "muted")
            caption.setFixedWidth(180)
            self.device_rows.addLayout(row(caption, label(str(answer.get(key) or "–"), selectable=True), None))

    # ------------------------------------------------------------------------------------------------------- acting

    def resolve(self) -> None:
        """Decide the chosen conflict."""
        view = self._views.get(self.conflicts.table.current_key())
        if view is not None and self.ctx.may(Action.UPDATE, "conflict"):
            ConflictDialog(self.ctx, view, self).open()

    def regions(self) -> list[QWidget]:
        """The tabs and the table."""
        return [self.tabs.tabBar(), self.conflicts.table]
