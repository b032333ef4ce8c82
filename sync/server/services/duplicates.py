"""Rows that say the same as another where rows of their kind differ: both are kept, and flagged for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo, entity
from nxcrm_desktop.domain.ids import new_id
from sync.server.services.discretion import Discretion
from sync.server.store.feed import lock_clock
from sync.server.store.look_alikes import Flag, Member, flags_of, members, shared_values
from sync.server.store.rows import Row, RowSet

_FLAG = ENTITIES["duplicate"]
_Joining = Mapping[tuple[str, str], list[Row]]
"""(entity, field) → rows that came to hold a value in it"""


@cache
def fields_of(name: str) -> tuple[str, ...]:
    """Fields by which two rows of an entity are taken for one: those declared as telling, and found by index."""
    info = entity(name)
    return tuple(field for field in info.facts.unique_hint if (field,) in info.facts.indexes)


@cache
def _persons(name: str) -> tuple[str, ...]:
    """Columns that tie rows of an entity to a person: two enquiries of one customer are no duplicates."""
    return tuple(column for column, _ in entity(name).facts.subject)


def write_and_flag(connection: Connection, rows: RowSet, discretion: Discretion | None = None) -> list[Row]:
    """Write what was changed, and the flags that follow from it; returns all that was written, for the feed.

    ``discretion``: of whoever typed it; None for the server itself, which tells nobody anything by what it writes.

    Look-alikes are searched for when the clock is locked, so that of two transactions with the same phone number the
    second sees the first.
    """
    written = rows.write()
    leaving, joining = _leaving(written), _joining(written)
    flags = _load_flags(connection, rows, leaving)
    if not flags and not joining:
        return written
    lock_clock(connection)
    _take_away(connection, rows, leaving, flags)
    for (name, field), came in joining.items():
        _flag(connection, rows, ENTITIES[name], field, came, discretion)
    return written + rows.write()


def _leaving(written: Iterable[Row]) -> dict[tuple[str, str], Row]:
    """(row id, field) whose flag has lost its ground."""
    return {
        (row.id, field): row
        for row in written if not row.fresh
        for field in fields_of(row.info.name) if row.deleted_at is not None or field in row.before
    }  # fmt: skip


def _joining(written: Iterable[Row]) -> _Joining:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in written:
        if row.deleted_at is None:
            anew = row.fresh or row.restored
            for field in fields_of(row.info.name):
                if (anew or field in row.before) and row.values[field] is not None:
                    found[row.info.name, field].append(row)
    return found


def _load_flags(connection: Connection, rows: RowSet, leaving: Iterable[tuple[str, str]]) -> list[Flag]:
    """The groups of what is leaving, all locked: rows are locked before the clock."""
    gone = set(leaving)
    mine = [flag for flag in flags_of(connection, "row_id", {i for i, _ in gone}) if (flag.row_id, flag.field) in gone]
    flags = flags_of(connection, "group_id", {flag.group_id for flag in mine})
    rows.load({_FLAG.name: sorted({flag.id for flag in flags})})
    return flags


def _take_away(
    connection: Connection, rows: RowSet, leaving: Mapping[tuple[str, str], Row], flags: Sequence[Flag]
) -> None:
    """Flags of what left, and of what was left alone by it."""
    now = flags_of(connection, "group_id", {flag.group_id for flag in flags})
    locked, staying = {flag.id for flag in flags}, defaultdict(list)
    for flag in now:
        cause = leaving.get((flag.row_id, flag.field))
        if cause is None:
            staying[flag.group_id].append(flag)
        elif flag.id in locked:
            _remove(rows, flag, erased=cause.erased)
    for alone in staying.values():
        if len(alone) == 1 and alone[0].id in locked:
            _remove(rows, alone[0], erased=False)


def _is_going(rows: RowSet, flag: Flag) -> bool:
    row = rows.get(_FLAG.name, flag.id)
    return row is not None and row.deleted_at is not None


def _remove(rows: RowSet, flag: Flag, *, erased: bool) -> None:
    row = rows.get(_FLAG.name, flag.id)
    if row is not None:
        (rows.erase if erased else rows.remove)(row)


def _flag(
    connection: Connection, rows: RowSet, info: EntityInfo, field: str, came: Sequence[Row],
    discretion: Discretion | None,
) -> None:  # fmt: skip
    shared = shared_values(connection, info, field, {str(row.values[field]) for row in came})
    if not shared:
        return
    persons = _persons(info.name)
    found = members(connection, info, field, shared, persons)
    by_value: dict[str, list[Row]] = {value: [] for value in shared}
    for row in came:
        by_value.get(str(row.values[field]), []).append(row)
    groups = [_strangers(found[value], by_value[value], persons) for value in shared]
    if discretion is not None:
        groups = discretion.divided(info.name, groups, {row.id for row in came})
    known = {
        flag.row_id: flag.group_id
        for flag in flags_of(connection, "row_id", [row_id for group in groups for row_id in group])
        if flag.field == field and not _is_going(rows, flag)
    }
    for group in groups:
        group_id = next((known[row_id] for row_id in group if row_id in known), new_id())
        for row_id in group:
            if row_id not in known:
                _add(rows, info, field, row_id, group_id)


def _strangers(found: Sequence[Member], came: Sequence[Row], persons: Sequence[str]) -> list[str]:
    """Ids of the rows to be flagged: those that came, and those there that are not known to be about the same."""
    mine = {row.id: Member(row.id, tuple(row.values[column] for column in persons)) for row in came}
    everyone = {**{member.id: member for member in found}, **mine}
    flagged: dict[str, None] = {}
    for member in mine.values():
        others = [other.id for other in everyone.values() if other.id != member.id and not _same(member, other)]
        flagged |= dict.fromkeys([*others, member.id] if others else [])
    return list(flagged)


def _same(one: Member, other: Member) -> bool:
    return any(a is not None and a == b for a, b in zip(one.persons, other.persons, strict=True))


def _add(rows: RowSet, info: EntityInfo, field: str, row_id: str, group_id: str) -> None:
    """The flag names nobody: who made the other row is not for everybody to know."""
    values = {"id": new_id(), "entity": info.name, "row_id": row_id, "field": field, "group_id": group_id}
    row = rows.add(_FLAG, {**values, "status": "open"})
    row.values |= {"created_by": None, "updated_by": None}
