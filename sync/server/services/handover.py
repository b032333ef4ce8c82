"""Giving all that one member of staff owns to another: somebody leaves, falls ill, changes the branch."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, RowMapping

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.services.accounts import canonical
from sync.server.services.writes import server_write
from sync.server.store import accounts as store
from sync.server.store.engine import read_snapshot
from sync.server.store.holdings import owned_by

CHUNK = 500
"""Rows of one transaction: others go on working between two of them."""
OWNED = (("lead", "owner_id"), ("contact", "owner_id"), ("company", "owner_id"), ("task", "assignee_id"))
_OWNERS = (Role.SALES, Role.MANAGER)


def hand_over(context: ServerContext, leaver: str, heir: str, actor: str | None = None) -> Mapping[str, int]:
    """Move customers, companies, leads and open follow-ups; returns how many of each entity.

    What hangs on a lead follows it. Broken off half-way, it is finished by doing it again. NxcrmError ``unknown_user``,
    ``not_an_owner`` (the heir is not active, or neither sales executive nor manager), ``same_user``.
    """
    source, target = _people(context, leaver, heir)
    moved = {entity: _move(context, entity, column, source, target, actor) for entity, column in OWNED}
    with server_write(context.engine, actor) as write:
        detail: dict[str, Value] = {"to": target, **moved}
        event = audit.Event("user.reassigned", actor, None, "user", source, detail)
        audit.append(write.connection, event, context.clock())
    return moved


def _move(context: ServerContext, entity: str, column: str, source: str, target: str, actor: str | None) -> int:
    count = 0
    while True:
        with server_write(context.engine, actor) as write:
            ids = owned_by(write.connection, entity, column, source, CHUNK)
            write.lock(entity, ids)
            for row_id in ids:
                record = write.get(entity, row_id)
                if record is not None and record[column] == source:  # given away, or deleted, in this moment
                    write.update(entity, row_id, {column: target})
                    count += 1
        if len(ids) < CHUNK:
            return count


def _people(context: ServerContext, leaver: str, heir: str) -> tuple[str, str]:
    with read_snapshot(context.engine) as connection:
        source, target = _person(connection, leaver), _person(connection, heir)
    if source["id"] == target["id"]:
        raise NxcrmError("same_user", "Both are the same person.", safe="Nothing was changed.")
    if target["role"] not in _OWNERS or not target["active"]:
        raise NxcrmError(
            "not_an_owner", f"{heir} is not an active sales executive or manager.", safe="Nothing was changed.",
            todo="Choose somebody else, or give them that role first.",
        )  # fmt: skip
    return str(source["id"]), str(target["id"])


def _person(connection: Connection, name: str) -> RowMapping:
    user = store.user_by_name(connection, canonical(name))
    if user is None:
        raise NxcrmError(
            "unknown_user", f"There is no user {name}.", safe="Nothing was changed.", todo="See: nxcrm-server user list"
        )
    return user
