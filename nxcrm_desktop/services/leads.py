"""Leads: the enquiry, its way through the pipeline, and who works on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Keyset, ListQuery, Page, Record, Value
from nxcrm_desktop.domain.stages import FIRST_STAGE
from nxcrm_desktop.importing import duplicates
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.changes import change, move_stage, outcome_of, stage_rows
from nxcrm_desktop.services.timeline import TimelineItem, timeline
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader

_LIKE_NAMES = 50


class LeadService:
    """Use cases on leads. Every method is one transaction."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def create(self, values: Mapping[str, Value]) -> str:
        """A new lead of the actor's own, in the first stage, unless the values say otherwise. Returns its id."""
        defaults: dict[str, Value] = {
            "stage": FIRST_STAGE, "owner_id": self._actor.user_id, "enquired_at": clock.now_ms(),
        }  # fmt: skip
        given = {name: value for name, value in values.items() if value is not None}
        with self._store.write(self._actor) as work:
            outcome_of(work, str(given.get("stage", FIRST_STAGE)))
            return work.create("lead", defaults | given)

    def update(self, lead_id: str, changes: Mapping[str, Value]) -> bool:
        """Change fields; a change of stage is recorded in the history. False when nothing differed."""
        with self._store.write(self._actor) as work:
            return change(work, "lead", lead_id, changes)

    def change_stage(self, lead_id: str, stage: str, note: str | None = None, lost_reason: str | None = None) -> bool:
        """Move the lead to a stage, with its history and a note, in one transaction. False when it is there already."""
        with self._store.write(self._actor) as work:
            moved = move_stage(work, lead_id, stage, lost_reason)
            if note:
                work.create("communication", {
                    "kind": "note", "lead_id": lead_id, "happened_at": clock.now_ms(), "body": note,
                })  # fmt: skip
            return moved

    def reassign(self, lead_ids: Sequence[str], owner_id: str) -> int:
        """Give leads to another member of staff; managers only. Returns how many changed hands."""
        guard.require_field(self._actor, Action.UPDATE, "lead", "owner_id")
        with self._store.write(self._actor) as work:
            owner = work.require("user", owner_id)
            if not owner["active"]:
                raise guard.invalid("owner_id", f"{owner.text('full_name')} no longer works here.", "Choose another.")
            return sum(work.update("lead", lead_id, {"owner_id": owner_id}) for lead_id in lead_ids)

    def delete(self, lead_ids: Sequence[str]) -> None:
        """Delete leads."""
        guard.require(self._actor, Action.DELETE, "lead")
        with self._store.write(self._actor) as work:
            for lead_id in lead_ids:
                work.delete("lead", lead_id)

    def get(self, lead_id: str) -> Record:
        """The lead. Raises NxcrmError ``not_found``."""
        with self._store.read() as reader:
            return reader.require("lead", lead_id)

    def page(self, query: ListQuery, *, limit: int, after: Keyset | None = None) -> Page:
        """Rows of a list."""
        with self._store.read() as reader:
            return reader.page(query, limit=limit, after=after)

    def count(self, query: ListQuery) -> int:
        """How many rows the list has."""
        with self._store.read() as reader:
            return reader.count(query)

    def anchors(self, query: ListQuery, step: int) -> list[Keyset]:
        """Positions of every ``step``-th row, for jumps in a long list."""
        with self._store.read() as reader:
            return reader.anchors(query, step)

    def stages(self) -> list[Record]:
        """The steps of the pipeline in order."""
        with self._store.read() as reader:
            return list(stage_rows(reader))

    def timeline(self, lead_id: str, *, limit: int = 100, after: TimelineItem | None = None) -> list[TimelineItem]:
        """All that happened with the lead and its customer, newest first; ``after``: last item of the page before."""
        with self._store.read() as reader:
            lead = reader.require("lead", lead_id)
            return timeline(reader, lead_id=lead_id, contact_id=lead.text("contact_id"), limit=limit, after=after)

    def duplicates(self, values: Mapping[str, Value]) -> list[Record]:
        """Leads that these values may repeat: equal phone, e-mail or reference first, then names spelt alike."""
        with self._store.read() as reader:
            found = {
                record.id: record
                for key in duplicates.keys_of(entity("lead"), values)
                for record in reader.find_equal("lead", key.field, [key.value])
            }
            for record in _like_names(reader, str(values.get("name") or "")):
                found.setdefault(record.id, record)
        found.pop(str(values.get("id")), None)
        return list(found.values())


def _like_names(reader: Reader, name: str) -> list[Record]:
    """Leads that share a word with the name, as far as they are spelt alike."""
    candidates = {
        hit.record.id: hit.record
        for word in name.split()[:4]
        for hit in reader.search(word, entities=("lead",), limit=_LIKE_NAMES)
    }
    return duplicates.alike(name, ((record, record.text("name")) for record in candidates.values()))
