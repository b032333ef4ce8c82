"""The timeline tab of a lead: the composer on top, below all that happened."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import ChangeSet, Record
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.conflicts import facts_of
from nxcrm_desktop.services.ledger import reversed_ids
from nxcrm_desktop.services.timeline import TimelineItem
from ui.context import Context
from ui.widgets.composer import Composer, Draft
from ui.widgets.empty import Empty
from ui.widgets.plain import button, column
from ui.widgets.timeline import Entry, Timeline
from ui.words import said, when

_STEP = 60
_SHOWN_BY = frozenset(
    {"communication", "task", "stage_change", "transaction", "payment_entry", "document", "conflict", "lead", "contact"}
)
_ICONS = {
    "call": ("phone-call", "accent"),
    "email": ("envelope", "accent"),
    "note": ("note", "muted"),
    "meeting": ("users", "accent"),
    "message": ("chat-text", "accent"),
    "task": ("calendar-check", "warn"),
    "stage": ("arrow-right", "ok"),
    "transaction": ("receipt", "ok"),
    "payment": ("currency-inr", "ok"),
    "document": ("file-text", "muted"),
    "conflict": ("git-fork", "conflict"),
}

_BY_FIELDS = {
    "document": (("title",), ("category",)),
    "transaction": (("kind", "agreed_paise"), ("stage",)),
    "payment": (("direction", "amount_paise", "mode"), ("reference", "remark")),
}


class TimelineTab(QWidget):
    """Reads through LeadService.timeline; logs through ActivityService."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.ctx = ctx
        self._lead = ""
        self._limit = _STEP
        self.composer = Composer(ctx.theme)
        self.composer.composed.connect(self._log)
        self.view = Timeline(ctx.theme, self.tr("Timeline"))
        self.earlier = button(self.tr("Show earlier"), self._more, "link")
        self.earlier.hide()
        self.empty = Empty(ctx.theme, "clock")
        self.empty.say(
            self.tr("Nothing has happened yet"),
            self.tr("Log a note, a call or a follow-up above. Stages, payments and papers appear here by themselves."),
        )
        self.body = QStackedWidget()
        self.body.addWidget(self.view)
        self.body.addWidget(self.empty)
        self.setLayout(column(self.composer, self.body, self.earlier, margins=(12, 12, 12, 8), gap=8, grows=1))

    def show_record(self, record: Record) -> None:
        """Show a lead's timeline; a draft stays with the lead it was begun for."""
        if record.id != self._lead:
            self._lead, self._limit = record.id, _STEP
            self.composer.clear()
            self.view.entries.show_entries([])
            self.body.setCurrentWidget(self.view)
        self._read()

    def changed(self, change: ChangeSet) -> None:
        """Read again when something on a timeline was committed."""
        if self._lead and _SHOWN_BY & (change.changed.keys() | change.deleted.keys()):
            self._read()

    def _read(self) -> None:
        lead, limit = self._lead, self._limit
        self.ctx.tasks.read(
            self,
            lambda: self.ctx.app.leads.timeline(lead, limit=limit + 1),
            lambda items: self._show(lead, items),
            self._nothing,
        )

    def _nothing(self, problem: NxcrmError) -> None:
        if problem.code != "not_found":
            self.ctx.show_error(problem)

    def _show(self, lead: str, items: list[TimelineItem]) -> None:
        if lead == self._lead:
            self.earlier.setVisible(len(items) > self._limit)
            now = clock.now_ms()
            undone = reversed_ids(item.record for item in items if item.kind == "payment")
            self.view.entries.show_entries([self._entry(item, now, undone) for item in items[: self._limit]])
            self.body.setCurrentWidget(self.view if items else self.empty)

    def _more(self) -> None:
        self._limit += _STEP
        self._read()

    def _entry(self, item: TimelineItem, now: int, undone: frozenset[str]) -> Entry:
        """``undone``: ids of reversed payments; a reversal is newer than what it reverses, so they are known."""
        icon, colour = _ICONS[item.kind]
        who = self.ctx.words.user(item.by)
        meta = " · ".join(part for part in (self._kind(item), who, when(item.at, now)) if part)
        title, detail = self._text(item, now)
        if item.kind == "payment" and item.record["reverses_id"] is not None:
            icon, colour = "arrow-counter-clockwise", "muted"
        elif item.id in undone:
            title, colour = self.tr("%1 (reversed)").replace("%1", title), "muted"
        return Entry(item.id, icon, colour, title, detail, meta)

    def _kind(self, item: TimelineItem) -> str:
        if item.kind in ("call", "email", "note", "meeting", "message"):
            return self.ctx.words.field(item.record, "kind")
        names = {
            "task": self.tr("Follow-up"),
            "stage": self.tr("Stage"),
            "transaction": self.tr("Transaction"),
            "payment": self.tr("Payment"),
            "document": self.tr("Document"),
            "conflict": self.tr("Conflict"),
        }
        return names[item.kind]

    def _text(self, item: TimelineItem, now: int) -> tuple[str, str]:
        words, record = self.ctx.words, item.record
        if item.kind == "stage":
            return f"{words.field(record, 'from_stage')} → {words.field(record, 'to_stage')}", ""
        if item.kind == "task":
            state = words.field(record, "status")
            due = (
                self.tr("due %1").replace("%1", _inside(when(record.integer("due_at"), now)))
                if record["due_at"]
                else ""
            )
            return item.title, " · ".join(part for part in (state, due, record.text("outcome")) if part)
        if item.kind in _BY_FIELDS:
            titles, details = _BY_FIELDS[item.kind]
            parts = [words.field(record, name) for name in titles]
            if item.kind == "payment" and record["reverses_id"] is not None:
                parts[0] = self.tr("Reversed")  # "Paid" would be read as money that went out
            title = ", ".join(parts)
            return title, " · ".join(text for text in (words.field(record, name) for name in details) if text)
        if item.kind == "conflict":
            facts = facts_of(ENTITIES[record.text("entity")], record.text("field"))
            return said(facts.label), words.field(record, "status")
        if item.kind == "call":
            title = item.title or record.text("outcome")
            return title, record.text("outcome") if record.text("outcome") != title else ""
        detail = item.detail if item.detail != item.title else ""
        if item.kind in ("note", "message", "meeting", "email"):
            # Without a subject the first line is the title: the rest, not the whole, stands below.
            detail = record.text("body").removeprefix(item.title).strip()
        return item.title, detail

    def _log(self, draft: Draft) -> None:
        lead, activity = self._lead, self.ctx.app.activity

        def work() -> str:
            if draft.kind == "task":
                return activity.add_task(lead, draft.text, draft.due_at)
            return activity.log(draft.kind, lead_id=lead, body=draft.text or None, outcome=draft.outcome)

        self.ctx.tasks.write(self, work, lambda _id: self.composer.clear())


def _inside(moment: str) -> str:
    """A moment inside a sentence: "tomorrow 12:00"."""
    return moment[:1].lower() + moment[1:]
