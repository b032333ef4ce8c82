"""Refused edits: what somebody typed and the server did not take, until a person has decided about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts, Role
from nxcrm_desktop.domain.permissions import Action, may
from nxcrm_desktop.domain.records import Compare, Condition, ListQuery, Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.changes import change
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

Act = Literal["apply", "return", "dismiss", "withdraw", "reopen"]
WAITING = ("open", "returned")
"""A refused edit in one of these states waits for somebody: the manager, or its author."""
_STATUS: Mapping[Act, str] = {
    "apply": "applied", "return": "returned", "dismiss": "dismissed", "withdraw": "withdrawn", "reopen": "open",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefusedField:
    """One field of a refused edit: ``old`` the author saw, ``wanted`` they typed, ``now`` the row holds here."""

    name: str
    facts: Facts
    old: Value
    wanted: Value
    now: Value


@dataclass(frozen=True, slots=True)
class RefusedEdit:
    """One refused edit as a person judges it. ``may`` is what this person may do with it; instants are UTC ms.

    ``raw`` is an edit that could not be read as one, else empty; ``decided_*`` are empty while nobody has decided.
    """

    id: str
    entity: str
    row_id: str
    row_title: str
    row_exists: bool
    op: str
    code: str
    reason: str
    author: str
    typed_at: int
    status: str
    note: str
    decided_by: str
    decided_at: int
    fields: tuple[RefusedField, ...]
    raw: str
    may: frozenset[Act]


class ReviewService:
    """List and decide refused edits. Every method is one transaction."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def list(self, *, waiting: bool = True, limit: int = 500) -> list[RefusedEdit]:
        """Those that wait for somebody, or all; the newest first."""
        guard.require(self._actor, Action.READ, "quarantine")
        conditions = (Condition("status", Compare.IN, WAITING),) if waiting else ()
        query = ListQuery("quarantine", conditions, order="updated_at", descending=True)
        with self._store.read() as reader:
            return [self._view(reader, row) for row in reader.page(query, limit=limit).rows]

    def get(self, refused_id: str) -> RefusedEdit:
        """One refused edit. Raises NxcrmError ``not_found``."""
        with self._store.read() as reader:
            return self._view(reader, reader.require("quarantine", refused_id))

    def apply(self, refused_id: str, seen: Mapping[str, Value] | None = None) -> None:
        """Make the edit again, with one's own rights; of a deleted record, take back the deletion, too.

        ``seen``: the present values that were shown (field → value). Raises NxcrmError ``not_allowed``,
        ``changed_since`` (the record no longer holds what was shown), ``not_found``, ``invalid_value``.
        """
        with self._store.write(self._actor) as work:
            view = self._allowed(work, refused_id, "apply")
            if seen is not None and any(seen.get(field.name) != field.now for field in view.fields):
                raise NxcrmError(
                    "changed_since", "The record was changed since this was shown.", safe="Nothing was changed.",
                    todo="Look again, then decide.",
                )  # fmt: skip
            self._again(work, view, work.require("quarantine", refused_id))
            work.update("quarantine", refused_id, {"status": "applied"})

    def decide(self, refused_id: str, act: Act, note: str = "") -> None:
        """Give back, dismiss, withdraw or reopen, with a word why; dismissing demands one.

        Raises NxcrmError ``not_allowed``, ``invalid_value``.
        """
        if act == "dismiss" and not note.strip():
            raise guard.invalid("note", "Dismissing what somebody typed needs a reason.", "Write why.")
        with self._store.write(self._actor) as work:
            self._allowed(work, refused_id, act)
            work.update("quarantine", refused_id, {"status": _STATUS[act], "note": note.strip() or None})

    def turn(self, refused_id: str, status: str, note: str = "") -> None:
        """Decide by the status it shall have: :meth:`apply` or :meth:`decide`."""
        act = next(act for act, made in _STATUS.items() if made == status)
        if act == "apply":
            self.apply(refused_id)
        else:
            self.decide(refused_id, act, note)

    def _allowed(self, work: UnitOfWork, refused_id: str, act: Act) -> RefusedEdit:
        view = self._view(work, work.require("quarantine", refused_id))
        if act not in view.may and "reopen" in view.may:
            raise NxcrmError(
                "already_decided", f"This refused edit was decided before: {view.status}.",
                safe="Nothing was changed.", todo="To decide anew, open it again first (status open).",
            )  # fmt: skip
        if act not in view.may:
            raise guard.not_allowed(self._actor, f"{act} this refused edit now")
        return view

    def _again(self, work: UnitOfWork, view: RefusedEdit, record: Record) -> None:
        wanted = {field.name: field.wanted for field in view.fields}
        if view.op == "delete":
            work.delete(view.entity, view.row_id)
        elif view.op == "create" and not view.row_exists:
            info = ENTITIES[view.entity]
            owned = {"owner_id": record["author_id"]} if "owner_id" in info.fields else {}
            made = {name: value for name, value in wanted.items() if value is not None}
            work.create(view.entity, {**owned, **made}, id=view.row_id)
        elif view.row_exists:
            change(work, view.entity, view.row_id, wanted)
        else:
            work.restore(view.entity, view.row_id, {field.name: (field.old, field.wanted) for field in view.fields})

    def _view(self, reader: Reader, row: Record) -> RefusedEdit:
        name = row.text("entity")
        known = ENTITIES.get(name)
        subject = reader.get(name, row.text("row_id")) if known else None
        fields, raw = _typed(row, subject)
        decided = row.text("status") != "open"
        return RefusedEdit(
            id=row.id, entity=name, row_id=row.text("row_id"), op=row.text("op"), code=row.text("code"),
            row_title=subject.text(known.facts.title) if subject and known else _title(name, fields),
            row_exists=subject is not None, reason=row.text("reason"), author=_person(reader, row["author_id"]),
            typed_at=row.integer("typed_at"), status=row.text("status"), note=row.text("note"),
            decided_by=_person(reader, row["updated_by"]) if decided else "",
            decided_at=row.integer("updated_at") if decided else 0, fields=fields, raw=raw,
            may=frozenset(self._acts(reader, row, subject, readable=not raw)),
        )  # fmt: skip

    def _acts(self, reader: Reader, row: Record, subject: Record | None, *, readable: bool) -> Iterator[Act]:
        """What the server will take from this person: see ``check_decision`` there."""
        if not may(self._actor.role, Action.UPDATE, "quarantine"):
            return
        own = row["author_id"] == self._actor.user_id
        managed = not own and self._actor.role is Role.MANAGER and self._leads(reader, row["author_id"])
        waits = row.text("status") in WAITING
        if waits and readable and _possible(self._actor.role, row, subject):
            yield "apply"
        if waits and managed:
            yield "dismiss"
            yield "return"
        if waits and own:
            yield "withdraw"
        if not waits and (managed or (own and row.text("status") in ("withdrawn", "applied"))):
            yield "reopen"

    def _leads(self, reader: Reader, person: Value) -> bool:
        """Whether the person reports to the actor, directly or not."""
        met: set[Value] = set()
        while person and person not in met:
            met.add(person)
            user = reader.get("user", str(person))
            person = user["manager_id"] if user else None
            if person == self._actor.user_id:
                return True
        return False


def _possible(role: Role, row: Record, subject: Record | None) -> bool:
    """Whether the role may make the edit at all, and there is something, or nothing, to make it on."""
    name, op = row.text("entity"), row.text("op")
    if name not in ENTITIES or row.text("code") == "erased" or op not in ("create", "update", "delete", "restore"):
        return False
    if op == "create" and subject is None:
        return may(role, Action.CREATE, name)
    if op == "delete":
        return subject is not None and may(role, Action.DELETE, name)
    if subject is not None:
        return may(role, Action.UPDATE, name)
    return row.text("code") == "deleted" and may(role, Action.DELETE, name)


def _typed(row: Record, subject: Record | None) -> tuple[tuple[RefusedField, ...], str]:
    """The fields of the edit, or, where it cannot be read as one, all of it as text."""
    changes: Any = json.loads(row.text("changes") or "{}")
    info = ENTITIES.get(row.text("entity"))
    pairs = changes if isinstance(changes, dict) else {}
    if info is None or not all(name in info.fields and _is_pair(pair) for name, pair in pairs.items()):
        raw = pairs.get("raw")
        return (), raw if isinstance(raw, str) else json.dumps(changes, ensure_ascii=False, indent=1)
    typed = ((name, *(pair or (None, None))) for name, pair in pairs.items())
    return tuple(
        RefusedField(name, info.fields[name], old, wanted, subject[name] if subject else None)
        for name, old, wanted in typed
    ), ""  # fmt: skip


def _is_pair(pair: Any) -> bool:
    if pair is None:  # of an erased record only the names of the fields are kept
        return True
    return isinstance(pair, list) and len(pair) == 2 and all(v is None or isinstance(v, str | int) for v in pair)


def _title(entity: str, fields: tuple[RefusedField, ...]) -> str:
    """What a record that is not here was, or would have been, called."""
    title = ENTITIES[entity].facts.title if entity in ENTITIES else ""
    return next((str(f.wanted or f.old or "") for f in fields if f.name == title), "")


def _person(reader: Reader, user_id: Value) -> str:
    user = reader.get("user", str(user_id)) if user_id else None
    return user.text("full_name") if user else ""
