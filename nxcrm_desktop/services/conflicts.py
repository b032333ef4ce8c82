"""Conflicts: two people changed one field of one row; a third act, a person's, decides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import EntityInfo, entity
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Compare, Condition, ListQuery, Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.changes import change
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

Take = Literal["mine", "server", "merged"]
WHOLE_ROW = "*"
"""The ``field`` of a conflict about a row that one side deleted and the other changed: ``mine`` is null, no row."""
_WHOLE = Facts("The whole record", Kind.TEXT)


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One conflict as a person judges it.

    ``base`` was there before, ``theirs`` the server kept, ``mine`` it set aside; ``current`` is what the row holds now
    (None too when the row is gone, see ``row_exists``). ``*_by`` are names of staff, ``*_at`` UTC ms;
    ``resolved_*`` are empty while it is open. Where ``field``
    is WHOLE_ROW, the sides are the row's titles, and None is its deletion.
    """

    id: str
    entity: str
    row_id: str
    row_title: str
    row_exists: bool
    field: str
    facts: Facts
    status: str
    base: Value
    mine: Value
    theirs: Value
    current: Value
    mine_by: str
    theirs_by: str
    mine_at: int
    theirs_at: int
    resolved_by: str = ""
    resolved_at: int = 0


def facts_of(info: EntityInfo, field: str) -> Facts:
    """What a conflict of this field is about."""
    return _WHOLE if field == WHOLE_ROW else info.field(field)


class ConflictService:
    """List, show and resolve conflicts. Every method is one transaction."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def list(self, *, status: str = "open", limit: int = 500) -> list[ConflictView]:
        """Conflicts of this status, oldest first; ``decided``: all no longer open, the latest decision first."""
        if status == "decided":
            closed = (Condition("status", Compare.NE, "open"),)
            query = ListQuery("conflict", closed, order="updated_at", descending=True)
        else:
            query = ListQuery("conflict", (Condition("status", Compare.EQ, status),), order="id")
        with self._store.read() as reader:
            return [_view(reader, row) for row in reader.page(query, limit=limit).rows]

    def count(self) -> int:
        """How many are open."""
        with self._store.read() as reader:
            return reader.count(ListQuery("conflict", (Condition("status", Compare.EQ, "open"),), order="id"))

    def get(self, conflict_id: str) -> ConflictView:
        """One conflict. Raises NxcrmError ``not_found``."""
        with self._store.read() as reader:
            return _view(reader, reader.require("conflict", conflict_id))

    def resolve(self, conflict_id: str, take: Take, value: Value = None) -> None:
        """Take ``mine``, leave the ``server``'s, or store a ``merged`` value; row and conflict change together.

        Of a WHOLE_ROW conflict, ``mine`` deletes the row. Raises NxcrmError ``conflict_closed``, ``not_found`` (the row
        is gone and ``mine`` or ``merged`` is wanted), ``invalid_value`` (there is no merging with a deletion).
        """
        guard.require(self._actor, Action.UPDATE, "conflict")
        if take not in ("mine", "server", "merged"):
            raise guard.invalid("take", f"“{take}” is not a way to resolve a conflict.", "Take mine, server or merged.")
        with self._store.write(self._actor) as work:
            view = _view(work, work.require("conflict", conflict_id))
            if view.status != "open":
                raise NxcrmError(
                    "conflict_closed", "This conflict was resolved before.", safe="Nothing was changed.",
                    todo="Edit the record itself if its value is wrong.",
                )  # fmt: skip
            sides = {} if take == "server" else _take(work, view, take, value)
            work.update("conflict", conflict_id, {"status": take, **sides})

    def undo(self, conflict_id: str) -> None:
        """Take back a decision: what it put is replaced by what stood there before, and the conflict is open again.

        Raises NxcrmError ``conflict_open``, ``changed_since`` (somebody has edited the field after the decision).
        """
        guard.require(self._actor, Action.UPDATE, "conflict")
        with self._store.write(self._actor) as work:
            record = work.require("conflict", conflict_id)
            view = _view(work, record)
            if view.status == "open":
                raise NxcrmError("conflict_open", "This conflict waits for a decision.", safe="Nothing was changed.")
            if view.status != "server":
                _put_back(work, view, record)
            work.update("conflict", conflict_id, {"status": "open", "replaced": None, "result": None})


def _take(work: UnitOfWork, view: ConflictView, take: Take, value: Value) -> dict[str, Value]:
    """Put the value; returns what it replaced and what stands there now, for the record of the conflict."""
    if view.field != WHOLE_ROW:
        change(work, view.entity, view.row_id, {view.field: view.mine if take == "mine" else value})
        now = work.require(view.entity, view.row_id)[view.field]
        return {"replaced": _json(view.current), "result": _json(now)}
    if take == "mine":
        work.delete(view.entity, view.row_id)
        return {}
    raise guard.invalid("take", "A record is deleted or kept, there is nothing between.", "Take mine or server.")


def _put_back(work: UnitOfWork, view: ConflictView, record: Record) -> None:
    if view.field == WHOLE_ROW:
        if not view.row_exists:
            work.restore(view.entity, view.row_id, {})
        return
    # Resolved by a policy, or by a program that did not write down what it replaced: the sides are all there is.
    known = record["result"] is not None
    before, after = (_value(record["replaced"]), _value(record["result"])) if known else (view.theirs, view.mine)
    if view.current != after:
        raise NxcrmError(
            "changed_since", "The field was changed after this conflict was resolved.", safe="Nothing was changed.",
            todo="Edit the record itself if its value is wrong.",
        )  # fmt: skip
    change(work, view.entity, view.row_id, {view.field: before})


def _view(reader: Reader, row: Record) -> ConflictView:
    info = entity(row.text("entity"))
    subject = reader.get(info.name, row.text("row_id"))
    title = subject.text(info.facts.title) if subject else ""
    name = row.text("field")
    whole = name == WHOLE_ROW
    current = title or None if whole else subject[name] if subject else None
    closed = row.text("status") != "open"
    return ConflictView(
        id=row.id, entity=info.name, row_id=row.text("row_id"), row_title=title, row_exists=subject is not None,
        field=name, facts=facts_of(info, name), status=row.text("status"),
        base=_value(row["base"]), mine=_value(row["mine"]),
        theirs=_title(info, row["theirs"]) if whole else _value(row["theirs"]), current=current,
        mine_by=_person(reader, row["mine_by"]), theirs_by=_person(reader, row["theirs_by"]),
        mine_at=row.integer("mine_at"), theirs_at=row.integer("theirs_at"),
        resolved_by=_person(reader, row["updated_by"]) if closed else "",
        resolved_at=row.integer("updated_at") if closed else 0,
    )  # fmt: skip


def _title(info: EntityInfo, stored: Value) -> Value:
    """What the row was called, from its values as the conflict record keeps them; None where they are masked."""
    values: dict[str, Value] | None = None if stored is None else json.loads(str(stored))
    return values.get(info.facts.title) if values else None


def _value(stored: Value) -> Value:
    """A value as the conflict record keeps it: JSON of text, integer or null."""
    value: Value = None if stored is None else json.loads(str(stored))
    return value


def _json(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _person(reader: Reader, user_id: Value) -> str:
    user = reader.get("user", str(user_id)) if user_id else None
    return user.text("full_name") if user else ""
