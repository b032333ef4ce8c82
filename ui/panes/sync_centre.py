"""Sync: conflicts to decide, edits that wait, edits that were refused, and this device. Nothing hidden."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QFrame, QScrollArea, QTabWidget, QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.services.conflicts import ConflictView
from nxcrm_desktop.services.outbox import WaitingEdit
from ui.changes import touched
from ui.context import Context
from ui.dialogs.conflict import ConflictDialog, kept, shown
from ui.widgets.device_facts import DeviceFacts
from ui.widgets.lines import Line, LinesModel, LinesTable
from ui.widgets.metered_rule import MeteredChoice
from ui.widgets.pane import Pane
from ui.widgets.paper_space import PaperSpace
from ui.widgets.plain import button, column
from ui.widgets.review_parts import LookAlikePart, RefusedPart
from ui.widgets.section import Section
from ui.widgets.sync_head import SyncHead
from ui.widgets.sync_history import SyncHistory
from ui.words import label_of, said, when

_MOST = 500


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
        self.refused, self.duplicates, self.laptop = RefusedPart(ctx), LookAlikePart(ctx), self._make_device()
        self._titles = (
            self.tr("Conflicts"), self.tr("Waiting"), self.tr("Refused"), self.tr("Duplicates"), self.tr("History"),
            self.tr("This laptop"),
        )  # fmt: skip
        self.head, self.history = SyncHead(ctx), SyncHistory(ctx)
        parts = (
            self.conflicts, self.waiting, self.refused, self.duplicates, self.history, self.laptop,
        )  # fmt: skip
        for part, title in zip(parts, self._titles, strict=True):
            self.tabs.addTab(part, title)
        self.refused.counted.connect(lambda many: self._count(2, many))
        self.duplicates.counted.connect(lambda many: self._count(3, many))
        self.setLayout(column(self.head, self.tabs, gap=0, grows=1))
        ctx.changes.happened.connect(self._changed)

    # ------------------------------------------------------------------------------------------------------ making

    def _make_conflicts(self) -> Section:
        titles = (
            self.tr("Record"),
            self.tr("Field"),
            self.tr("Server has"),
            self.tr("The other"),
            self.tr("Typed by"),
            self.tr("When"),
        )
        table = LinesTable(self.ctx.theme, self.tr("Conflicts"), LinesModel(titles, (), self), stretch=(2, 3))
        table.doubleClicked.connect(lambda _index: self.resolve())
        made = Section(
            self.ctx, "check-circle", table, self.tr("No conflicts"),
            self.tr("When two people change the same field, you decide here which value stays."),
        )  # fmt: skip
        self._resolve = button(self.tr("Resolve …"), self.resolve, "primary")
        self._resolve.hide()
        made.tools.addWidget(self._resolve)
        self.decided = QCheckBox(self.tr("Show what was decided, instead"))
        self.decided.toggled.connect(self._read_conflicts)
        made.tools.addStretch(1)
        made.tools.addWidget(self.decided)
        self._resolve.setEnabled(self.ctx.may(Action.UPDATE, "conflict"))
        return made

    def _make_waiting(self) -> Section:
        titles = (self.tr("Record"), self.tr("Kind"), self.tr("Edit"), self.tr("Fields"), self.tr("When"))
        table = LinesTable(
            self.ctx.theme, self.tr("Edits waiting for the server"), LinesModel(titles, (), self), stretch=3
        )
        hint = self.tr(
            "Edits made while there is no network wait here, safe on this laptop, and are sent by themselves."
        )
        return Section(self.ctx, "cloud-check", table, self.tr("Nothing waits"), hint)

    def _make_device(self) -> QWidget:
        inner, made = QWidget(), QScrollArea()
        self.device = DeviceFacts(self.ctx)
        self.metered, self.space = MeteredChoice(self.ctx), PaperSpace(self.ctx)
        for card in (self.metered, self.space):
            card.setProperty("role", "card")
        inner.setObjectName("page")
        inner.setLayout(column(self.metered, self.space, self.device, None, margins=(16, 12, 16, 16), gap=12))
        made.setWidgetResizable(True)
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setWidget(inner)
        return made

    # ----------------------------------------------------------------------------------------------------- reading

    def start(self) -> None:
        """Read all parts."""
        self._read_conflicts()
        self._read_waiting()
        self.refused.read()
        self.duplicates.read()
        self.device.read()

    def _changed(self, change: ChangeSet) -> None:
        if not self.started:
            return
        self._read_waiting()
        if touched(change, "conflict"):
            self._read_conflicts()
        self.refused.changed(change)
        self.duplicates.changed(change)

    def _read_conflicts(self) -> None:
        status = "decided" if self.decided.isChecked() else "open"
        self.ctx.tasks.read(self, lambda: self.ctx.app.conflicts.list(status=status), self._show_conflicts)

    def _read_waiting(self) -> None:
        self.ctx.tasks.read(self, lambda: self.ctx.app.outbox.waiting(_MOST), self._show_waiting)

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
        self._resolve.setText(self.tr("Undo …") if self.decided.isChecked() else self.tr("Resolve …"))
        if not self.decided.isChecked():
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

    def _count(self, tab: int, many: int) -> None:
        self.tabs.setTabText(tab, f"{self._titles[tab]} {many}" if many else self._titles[tab])

    # ------------------------------------------------------------------------------------------------------- acting

    def resolve(self) -> None:
        """Decide the chosen conflict."""
        view = self._views.get(self.conflicts.table.current_key())
        if view is not None and self.ctx.may(Action.UPDATE, "conflict"):
            ConflictDialog(self.ctx, view, self).open()

    def regions(self) -> list[QWidget]:
        """The buttons at the top, the tabs and the table."""
        return [self.head.now, self.tabs.tabBar(), self.conflicts.table]
