"""What was said to a customer and what is to be done for them."""

from __future__ import annotations

from dataclasses import dataclass

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Compare, Condition, Keyset, ListQuery, Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services import guard
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class NextStep:
    """The follow-up that comes after one that is done. ``due_at``: UTC ms."""

    subject: str
    due_at: int | None
    assignee_id: str | None = None


class ActivityService:
    """Use cases on communications and follow-ups. Every method is one transaction."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def log(
        self,
        kind: str,
        *,
        lead_id: str | None = None,
        contact_id: str | None = None,
        subject: str | None = None,
        body: str | None = None,
        happened_at: int | None = None,
        **more: Value,
    ) -> str:
        """Put a call, e-mail, note, meeting or message on the timeline. ``more``: direction, duration_s, outcome.

        Returns its id. Raises NxcrmError ``invalid_value`` when it belongs to nobody or says nothing.
        """
        guard.one_subject(lead_id, contact_id)
        if not subject and not body and not more.get("outcome"):
            raise guard.invalid("body", "There is nothing in it.", "Write what was said.")
        at = happened_at if happened_at is not None else clock.now_ms()
        with self._store.write(self._actor) as work:
            made = work.create("communication", {
                "kind": kind, "lead_id": lead_id, "contact_id": contact_id, "subject": subject, "body": body,
                "happened_at": at, **more,
            })  # fmt: skip
            _touch(work, lead_id, at)
            return made

    def add_task(
        self,
        lead_id: str | None,
        subject: str,
        due_at: int | None,
        assignee_id: str | None = None,
        *,
        contact_id: str | None = None,
    ) -> str:
        """A follow-up, the actor's unless another is named; the soonest is the lead's next step. Returns its id."""
        guard.one_subject(lead_id, contact_id)
        with self._store.write(self._actor) as work:
            made = self._add(work, lead_id, contact_id, NextStep(subject, due_at, assignee_id))
            _refresh_next_step(work, lead_id)
            return made

    def complete_task(self, task_id: str, outcome: str | None = None, next: NextStep | None = None) -> str | None:  # noqa: A002 (the word people use)
        """Mark a follow-up done and set the one that comes next. Returns the next one's id."""
        with self._store.write(self._actor) as work:
            task = work.require("task", task_id)
            if task["status"] != "open":
                raise NxcrmError(
                    "task_closed",
                    "This follow-up is no longer open.",
                    safe="Nothing was changed.",
                    todo="Add a new one.",
                )
            now = clock.now_ms()
            work.update("task", task_id, {"status": "done", "done_at": now, "outcome": outcome})
            lead_id, contact_id = task.text("lead_id") or None, task.text("contact_id") or None
            made = self._add(work, lead_id, contact_id, next) if next else None
            _touch(work, lead_id, now)
            _refresh_next_step(work, lead_id)
            return made

    def due(self, until: int, *, limit: int = 500, after: Keyset | None = None) -> list[Record]:
        """The actor's open follow-ups due by then (UTC ms), the most overdue first."""
        where = (
            Condition("assignee_id", Compare.EQ, self._actor.user_id),
            Condition("status", Compare.EQ, "open"),
            Condition("due_at", Compare.LE, until),
        )
        with self._store.read() as reader:
            return list(reader.page(ListQuery("task", where, order="due_at"), limit=limit, after=after).rows)

    def delete(self, entity: str, row_id: str) -> None:
        """Delete a communication or a follow-up."""
        guard.require(self._actor, Action.DELETE, entity)
        with self._store.write(self._actor) as work:
            row = work.require(entity, row_id)
            work.delete(entity, row_id)
            if entity == "task":
                _refresh_next_step(work, row.text("lead_id") or None, gone=row.text("subject"))

    def _add(self, work: UnitOfWork, lead_id: str | None, contact_id: str | None, step: NextStep) -> str:
        return work.create("task", {
            "subject": step.subject, "lead_id": lead_id, "contact_id": contact_id, "due_at": step.due_at,
            "assignee_id": step.assignee_id or self._actor.user_id, "status": "open",
        })  # fmt: skip


def _touch(work: UnitOfWork, lead_id: str | None, at: int) -> None:
    """Remember when something last happened with the lead; an older call noted later does not set it back."""
    if lead_id and work.require("lead", lead_id).integer("last_activity_at") < at:
        work.update("lead", lead_id, {"last_activity_at": at})


def _refresh_next_step(work: UnitOfWork, lead_id: str | None, *, gone: str | None = None) -> None:
    """The soonest open follow-up is the lead's next step, unless somebody typed one that is no follow-up's.

    ``gone`` is the subject of a follow-up that was deleted.
    """
    if not lead_id:
        return
    lead = work.require("lead", lead_id)
    tasks = work.related("task", "lead_id", lead_id)
    if lead["next_step"] not in {None, gone, *(task["subject"] for task in tasks)}:
        return
    waiting = [task for task in tasks if task["status"] == "open"]
    soonest = min(waiting, key=lambda task: (task["due_at"] is None, task.integer("due_at"), task.id), default=None)
    step: dict[str, Value] = {"next_step": None, "next_step_at": None}
    if soonest is not None:
        step = {"next_step": soonest["subject"], "next_step_at": soonest["due_at"]}
    work.update("lead", lead_id, step)
