"""One timeline of a customer: what was said, done, agreed, paid and filed, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.records import Record
from nxcrm_desktop.domain.values import display
from nxcrm_desktop.services.conflicts import facts_of
from nxcrm_desktop.store.reader import Reader


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened. ``at``: UTC ms; ``kind``: call, email, note, meeting, message, task, stage, transaction,
    payment, document or conflict; ``by``: user id or empty; ``record`` is the row itself.
    """

    at: int
    kind: str
    entity: str
    id: str
    title: str
    detail: str
    by: str
    record: Record

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands: by time, then by id."""
        return self.at, self.id


def timeline(
    reader: Reader, *, lead_id: str, contact_id: str = "", limit: int = 100, after: TimelineItem | None = None
) -> list[TimelineItem]:
    """At most ``limit`` items older than ``after`` of a lead (may be empty) and a customer (may be empty)."""
    found = {item.id: item for item in _items(reader, lead_id, contact_id)}
    older = (item for item in found.values() if after is None or item.place < after.place)
    return heapq.nlargest(limit, older, key=lambda item: item.place)


def _items(reader: Reader, lead_id: str, contact_id: str) -> Iterator[TimelineItem]:
    for name, make in _MAKERS.items():
        for record in _of_subject(reader, name, lead_id, contact_id):
            yield make(record)
    for deal in _of_subject(reader, "transaction", lead_id, contact_id):
        yield from map(_payment, reader.related("payment_entry", "transaction_id", deal.id))
        yield from map(_document, reader.related("document", "transaction_id", deal.id))
    for subject in filter(None, (lead_id, contact_id)):
        closed = (row for row in reader.related("conflict", "row_id", subject) if row["status"] != "open")
        yield from map(_conflict, closed)


def _of_subject(reader: Reader, name: str, lead_id: str, contact_id: str) -> list[Record]:
    rows = list(reader.related(name, "lead_id", lead_id)) if lead_id else []
    if contact_id and "contact_id" in entity(name).fields:
        rows += reader.related(name, "contact_id", contact_id)
    return rows


def _shown(record: Record, field: str) -> str:
    return display(entity(record.entity).fields[field], record[field])


def _item(record: Record, at: int, kind: str, title: str, detail: str) -> TimelineItem:
    return TimelineItem(at, kind, record.entity, record.id, title, detail, record.text("created_by"), record)


def _communication(record: Record) -> TimelineItem:
    title = record.text("subject") or record.text("body").partition("\n")[0]
    detail = record.text("body") if record.text("subject") else record.text("outcome")
    return _item(record, record.integer("happened_at"), record.text("kind"), title, detail)


def _task(record: Record) -> TimelineItem:
    done = record["done_at"] if record["status"] == "done" else None
    at = int(done) if done else record.integer("created_at")
    return _item(record, at, "task", record.text("subject"), record.text("outcome") or _shown(record, "status"))


def _stage(record: Record) -> TimelineItem:
    moved = f"{record.text('from_stage')} → {record.text('to_stage')}"
    return _item(record, record.integer("changed_at"), "stage", moved, "")


def _transaction(record: Record) -> TimelineItem:
    title = f"{_shown(record, 'kind')}, {_shown(record, 'agreed_paise')}"
    return _item(record, record.integer("created_at"), "transaction", title, _shown(record, "stage"))


def _payment(record: Record) -> TimelineItem:
    title = f"{_shown(record, 'direction')} {_shown(record, 'amount_paise')}, {_shown(record, 'mode')}"
    detail = " · ".join(filter(None, (record.text("reference"), record.text("remark"))))
    return _item(record, record.integer("created_at"), "payment", title, detail)


def _document(record: Record) -> TimelineItem:
    return _item(record, record.integer("created_at"), "document", record.text("title"), _shown(record, "category"))


def _conflict(record: Record) -> TimelineItem:
    facts = facts_of(entity(record.text("entity")), record.text("field"))
    return _item(record, record.integer("updated_at"), "conflict", facts.label, _shown(record, "status"))


_MAKERS: dict[str, Callable[[Record], TimelineItem]] = {
    "communication": _communication,
    "task": _task,
    "stage_change": _stage,
    "transaction": _transaction,
    "document": _document,
}
