"""Possible duplicates: rows that say the same in one field, side by side, until a person says what they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.records import Compare, Condition, ListQuery, Record, Value
from nxcrm_desktop.services import guard
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a group. ``flag_id`` is its ``duplicate`` record, ``status`` that record's."""

    flag_id: str
    status: str
    title: str
    record: Record


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of ``entity`` that say the same in ``field``. Where only one is here, the others are not this user's."""

    id: str
    entity: str
    field: str
    value: Value
    members: tuple[Member, ...]

    @property
    def open(self) -> bool:
        """Whether somebody has still to say what they are."""
        return any(member.status == "open" for member in self.members)


class DuplicateService:
    """List and decide possible duplicates. Every method is one transaction."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def list(self, limit: int = 500) -> list[Group]:
        """Groups that wait for a decision, the oldest first."""
        guard.require(self._actor, Action.READ, "duplicate")
        query = ListQuery("duplicate", (Condition("status", Compare.EQ, "open"),), order="id")
        with self._store.read() as reader:
            return _groups(reader, reader.page(query, limit=limit).rows)

    def of(self, name: str, row_id: str) -> Sequence[Group]:
        """Groups that a row is in and that wait for a decision."""
        with self._store.read() as reader:
            flags = [flag for flag in reader.related("duplicate", "row_id", row_id) if flag["status"] == "open"]
            return [group for group in _groups(reader, flags) if group.entity == name]

    def keep(self, group_id: str) -> int:
        """They are not the same: all that are here stay as they are. Returns how many flags were settled."""
        return self._set(group_id, "open", "kept")

    def reopen(self, group_id: str) -> int:
        """Take back that they are not the same. Returns how many flags are open again."""
        return self._set(group_id, "kept", "open")

    def _set(self, group_id: str, was: str, status: str) -> int:
        guard.require(self._actor, Action.UPDATE, "duplicate")
        with self._store.write(self._actor) as work:
            flags = [flag for flag in work.find_equal("duplicate", "group_id", [group_id]) if flag["status"] == was]
            for flag in flags:
                work.update("duplicate", flag.id, {"status": status})
        return len(flags)


def _groups(reader: Reader, flags: Iterable[Record]) -> list[Group]:
    """The whole groups of these flags; a masked flag names no group and is in none."""
    wanted = list(dict.fromkeys(flag["group_id"] for flag in flags if flag["group_id"]))
    by_group: dict[Value, list[Record]] = defaultdict(list)
    for flag in reader.find_equal("duplicate", "group_id", wanted):
        by_group[flag["group_id"]].append(flag)
    made = (_group(reader, by_group[group_id]) for group_id in wanted)
    return [group for group in made if group.members]


def _group(reader: Reader, flags: Sequence[Record]) -> Group:
    name, field = flags[0].text("entity"), flags[0].text("field")
    rows = {row.id: row for row in reader.get_many(name, [flag.text("row_id") for flag in flags])}
    title = entity(name).facts.title
    members = tuple(
        Member(flag.id, flag.text("status"), rows[row_id].text(title), rows[row_id])
        for flag in flags if (row_id := flag.text("row_id")) in rows
    )  # fmt: skip
    value = members[0].record[field] if members else None
    return Group(flags[0].text("group_id"), name, field, value, members)
