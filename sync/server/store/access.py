"""What a member of staff may reach now: role, scopes, and the people below them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.permissions import REACH, Action, Reach, may
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.server.store.scopes import DESK, REF, owner, share
from sync.server.store.sql import fetch, select_among
from sync.server.store.tables import ENTITY_TABLES

_USER = ENTITY_TABLES["user"].c
_OWNED = owner("")
ANY_OWNER = owner("*")
"""Stands for the scopes of all owners, of those too who own nothing yet."""


@dataclass(frozen=True, slots=True)
class Access:
    """``people``: ids of those whose rows they may give away (themselves and, for managers, everyone below).

    ``scopes``: every scope they see, by name; ``numbers``: name → number of those that have ever held a row.
    """

    user_id: str
    role: Role
    people: frozenset[str]
    scopes: tuple[str, ...]
    numbers: Mapping[str, int]


def access_of(connection: Connection, user_id: str) -> Access:
    """The present rights of a member of staff. NxcrmError ``forbidden`` if they are no longer active."""
    role = _role(connection, user_id)
    people = frozenset({user_id} | (_below(connection, user_id) if REACH[role] is Reach.TEAM else set()))
    names = _names(user_id, role, people)
    if REACH[role] is Reach.ALL:
        numbers = dict(fetch(connection, "SELECT name, id FROM scope"))
        names.update(name for name in numbers if name.startswith(_OWNED))
    else:
        numbers = dict(select_among(connection, "scope", ("name", "id"), "name", names))
    ordered = tuple(sorted(names, key=lambda name: (name != REF, name)))
    return Access(user_id, role, people, ordered, {name: numbers[name] for name in ordered if name in numbers})


def _names(user_id: str, role: Role, people: Iterable[str]) -> set[str]:
    """Names of the scopes they see; of those who see all owners', without the owners."""
    names = {REF, share(user_id), *map(owner, people)}
    if may(role, Action.READ, "incident") or may(role, Action.READ, "privacy_request"):
        names.add(DESK)
    return names


class Roster:
    """The rights of all active members of staff as of one snapshot, by one query."""

    def __init__(self, connection: Connection) -> None:
        columns = _USER.id, _USER.role, _USER.active, _USER.manager_id
        rows = connection.execute(select(*columns).where(_USER.deleted_at.is_(None))).all()
        self._roles = {user_id: Role(role) for user_id, role, active, _ in rows if active == 1}
        self._reports = _by_manager((user_id, manager_id) for user_id, _, _, manager_id in rows)

    def rights(self, user_id: str) -> tuple[Role, frozenset[str]] | None:
        """Role and scopes as :func:`access_of` gives them, every owner's as ``ANY_OWNER``; None when not active."""
        role = self._roles.get(user_id)
        if role is None:
            return None
        people = {user_id} | (_descend(self._reports, user_id) if REACH[role] is Reach.TEAM else set())
        names = _names(user_id, role, people) | ({ANY_OWNER} if REACH[role] is Reach.ALL else set())
        return role, frozenset(names)


def _role(connection: Connection, user_id: str) -> Role:
    active = 'SELECT role FROM "user" WHERE id = ? AND active = 1 AND deleted_at IS NULL'
    found = fetch(connection, active, user_id)
    if not found:
        raise NxcrmError(
            Code.FORBIDDEN,
            "This account is not active.",
            safe="Nothing was changed. Unsent edits stay on the device.",
            todo="Ask your administrator.",
        )
    return Role(found[0][0])


def _below(connection: Connection, user_id: str) -> set[str]:
    everyone = connection.execute(select(_USER.id, _USER.manager_id).where(_USER.deleted_at.is_(None)))
    return _descend(_by_manager(map(tuple, everyone)), user_id)


def _by_manager(people: Iterable[tuple[str, str | None]]) -> Mapping[str | None, list[str]]:
    reports: dict[str | None, list[str]] = defaultdict(list)
    for person, manager in people:
        reports[manager].append(person)
    return reports


def _descend(reports: Mapping[str | None, list[str]], user_id: str) -> set[str]:
    """Everyone who reports to them, directly or not; a circle of reporting lines ends where it began."""
    found: set[str] = set()
    waiting: Iterable[str] = reports.get(user_id, ())
    while waiting := [person for person in waiting if person not in found]:
        found.update(waiting)
        waiting = [report for person in waiting for report in reports.get(person, ())]
    return found
