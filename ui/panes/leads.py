"""Leads: the list of enquiries, and beside it one lead with its timeline, money and papers."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Record
from ui.context import Context
from ui.language import translate
from ui.widgets.cells import Look
from ui.widgets.detail import RecordDetail
from ui.widgets.empty import Ways
from ui.widgets.form import Group
from ui.widgets.list_pane import ListPane, Shown, Spec
from ui.widgets.money_tab import MoneyTab
from ui.widgets.papers_tab import PapersTab
from ui.widgets.timeline_tab import TimelineTab

ENTITY = "lead"
_RATINGS = {"hot": "danger", "warm": "warn", "cold": "accent"}
_OUTCOMES = {"open": "accent", "won": "ok", "lost": "muted"}


def groups() -> tuple[Group, ...]:
    """The fields of the overview, in order."""
    return (
        Group(translate("Leads", "CONTACT"), ("name", "phone", "alt_phone", "email", "city", "pincode")),
        Group(translate("Leads", "INTEREST"), ("interest", "budget_paise", "rating", "source", "tags")),
        Group(translate("Leads", "PROGRESS"), ("owner_id", "enquired_at", "next_step", "next_step_at", "lost_reason")),
        Group(translate("Leads", "WORK"), ("company_name", "industry", "website")),
        Group(translate("Leads", "REMARKS"), ("notes",)),
    )


def spec(ctx: Context) -> Spec:
    """The list of leads."""

    def tone(record: Record, column: str) -> str:
        if column == "stage":
            return _OUTCOMES[ctx.words.stage_outcome(record["stage"])]
        if column == "next_step_at" and record["next_step_at"] is not None:
            return "danger" if record.integer("next_step_at") < clock.now_ms() else ""
        return _RATINGS.get(str(record["rating"]), "") if column == "rating" else ""

    rating = [(value, ctx.words.show(ENTITIES[ENTITY].fields["rating"], value)) for value in _RATINGS]
    return Spec(
        entity=ENTITY,
        icon="funnel",
        columns=(
            Shown("name", 19, 0, Look.STRONG),
            Shown("stage", 17, 1, Look.CHIP),
            Shown("phone", 14, 3),
            Shown("interest", 18, 6, Look.MUTED),
            Shown("rating", 9, 5, Look.DOT),
            Shown("budget_paise", 13, 7),
            Shown("city", 12, 8),
            Shown("next_step_at", 16, 4),
            Shown("owner_id", 16, 9),
            Shown("source", 14, 10),
            Shown("updated_at", 17, 11),
        ),
        chips=(
            ("stage", lambda: [(stage.key, stage.label) for stage in ctx.words.lists.stages]),
            ("rating", lambda: rating),
            ("owner_id", lambda: list(ctx.words.lists.users.items())),
        ),
        hidden=frozenset({"source", "updated_at"}),
        tone=tone,
    )


class LeadDetail(RecordDetail):
    """One lead. Its stage is changed right in the header."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, ENTITY, groups())
        self.stage = QComboBox()
        self.stage.setAccessibleName(self.tr("Stage"))
        self.stage.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.stage.setEnabled(ctx.may(Action.UPDATE, ENTITY))
        self.stage.activated.connect(self._move)
        self.tools.addWidget(self.stage)
        self.timeline = TimelineTab(ctx)
        self.money = MoneyTab(ctx, "lead_id")
        self.papers = PapersTab(ctx, "lead_id")
        self.add_tab(self.timeline, self.tr("Timeline"))
        self.add_tab(self.papers, self.tr("Docs"))
        self.add_tab(self.money, self.tr("Money"))

    def headline(self, record: Record) -> str:
        """Phone, owner, city."""
        names = ("phone", "owner_id", "city")
        return " · ".join(text for text in (self.show_field(record, name) for name in names) if text)

    def painted(self, record: Record) -> None:
        """The stage in the header."""
        self.stage.clear()
        for stage in self.ctx.words.lists.stages:
            self.stage.addItem(stage.label, stage.key)
        self.stage.setCurrentIndex(self.stage.findData(record["stage"]))

    def _move(self) -> None:
        if self.record is None or self.stage.currentData() == self.record["stage"]:
            return
        lead, stage = self.record.id, str(self.stage.currentData())
        self.ctx.tasks.write(self, lambda: self.ctx.app.leads.change_stage(lead, stage), lambda _moved: None)


class LeadsPane(ListPane):
    """Leads."""

    def __init__(self, ctx: Context) -> None:
        self.lead = LeadDetail(ctx)
        super().__init__(ctx, spec(ctx), self.lead)

    def first_hint(self) -> str:
        """What to do when there are no leads."""
        return self.tr("Add your first lead, or import a file of another program: Excel, CSV or vCard.")

    def first_ways(self) -> Ways:
        """Add, or import."""
        if not self.ctx.may(Action.CREATE, ENTITY):
            return ()
        go = self.ctx.go
        return [
            (self.tr("New lead"), lambda: go.new.emit(ENTITY)),
            (self.tr("Import a file …"), lambda: go.new.emit("import")),
        ]

    def log_activity(self) -> None:
        """Ctrl+Enter: to the composer of the open lead."""
        if not self.detail.isHidden():
            self.lead.tabs.setCurrentWidget(self.lead.timeline)
            self.lead.timeline.composer.text.setFocus()

    def attach(self) -> None:
        """Ctrl+Shift+A."""
        if not self.detail.isHidden():
            self.lead.tabs.setCurrentWidget(self.lead.papers)
            self.lead.papers.ask_files()
