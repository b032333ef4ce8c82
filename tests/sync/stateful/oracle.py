"""What each device should hold, worked out from the dictionary and all rows of the server, without its feed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine, select

from nxcrm_desktop.domain.dictionary import BY_NUMBER, ENTITIES, SYNCED
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.permissions import REACH, Action, Reach, may, readable_entities
from nxcrm_desktop.domain.records import Value
from sync.protocol import checksums
from sync.protocol.messages import Result
from sync.server.store.engine import read_snapshot
from sync.server.store.tables import DELETED_AT, ENTITY_TABLES, VER, checksum, erased, mutation_log, scope

Key = tuple[str, str]
"""(entity, id)"""
_STORED_SUMS = (
    select(scope.c.name, checksum.c.entity, checksum.c["count"], checksum.c.sum)
    .join(scope, scope.c.id == checksum.c.scope_id)
    .where(checksum.c["count"] > 0)
)
Sums = dict[tuple[str, str], tuple[int, str]]
"""(scope, entity) → count and sum"""


@dataclass(frozen=True)
class ServerRow:
    """One row as the server's table has it."""

    entity: str
    values: Mapping[str, Value]
    ver: int
    deleted: bool


class Truth:
    """All that the server holds, in one snapshot."""

    def __init__(self, engine: Engine) -> None:
        with read_snapshot(engine) as connection:
            self.rows = {
                (info.name, str(row.id)): ServerRow(
                    info.name,
                    {name: getattr(row, name) for name in info.columns},
                    getattr(row, VER),
                    getattr(row, DELETED_AT) is not None,
                )
                for info in SYNCED
                for row in connection.execute(select(ENTITY_TABLES[info.name]))
            }
            self.results: dict[str, dict[int, Result]] = defaultdict(dict)
            self.digests: dict[tuple[str, int], str] = {}
            for row in connection.execute(select(mutation_log).order_by(mutation_log.c.n)):
                self.results[row.device_id][row.n] = msgspec.json.decode(row.result, type=Result)
                self.digests[row.device_id, row.n] = row.hash
            self.erased = {row.id for row in connection.execute(select(erased))}
            self.stored_sums: Sums = {
                (name, BY_NUMBER[number].name): (rows, total)
                for name, number, rows, total in connection.execute(_STORED_SUMS)
            }
        self._lenders: dict[Key, list[Key]] = defaultdict(list)
        for key, held in self.rows.items():
            self._note_lender(key, held)
        self._scopes: dict[Key, frozenset[str]] = {}

    def of(self, entity: str) -> list[ServerRow]:
        """All rows of an entity, deleted ones too."""
        return [row for row in self.rows.values() if row.entity == entity]

    def _note_lender(self, key: Key, row: ServerRow) -> None:
        for info in ENTITIES.values():
            for child, column in info.facts.scope.children:
                if child == row.entity and not row.deleted and row.values[column]:
                    self._lenders[info.name, str(row.values[column])].append(key)

    def scopes(self, key: Key) -> frozenset[str]:
        """The scopes of a row; a deleted row lends them to its children but is itself in none."""
        if key not in self._scopes:
            self._scopes[key] = frozenset()  # met again on the way up: a circle adds nothing
            self._scopes[key] = self._derive(key)
        return self._scopes[key]

    def _derive(self, key: Key) -> frozenset[str]:
        if key not in self.rows:
            return frozenset()
        row, rule = self.rows[key], ENTITIES[key[0]].facts.scope
        own = {f"owner:{row.values[c]}" for c in rule.owners if row.values[c]}
        own |= {f"share:{row.values[c]}" for c in rule.shared if row.values[c]}
        own |= ({"ref"} if rule.ref else set()) | ({"desk"} if rule.desk else set())
        links = [(parent, str(row.values[column])) for column, parent in rule.parents if row.values[column]]
        about = ENTITIES.get(str(row.values[rule.subject[0]])) if rule.subject else None
        if rule.subject and about and not (rule.owners and about.facts.scope.ref):
            links.append((str(row.values[rule.subject[0]]), str(row.values[rule.subject[1]])))
        found = frozenset(own).union(*(self.scopes(link) for link in [*links, *self._lenders[key]]))
        creator = row.values["created_by"]
        return found or (frozenset({f"owner:{creator}"}) if creator else frozenset())

    def subscribed(self, user_id: str) -> frozenset[str]:
        """The scopes a user sees now."""
        role = self.role(user_id)
        people = {user_id} | (self._below(user_id) if REACH[role] is Reach.TEAM else set())
        names = {"ref", f"share:{user_id}", *(f"owner:{person}" for person in people)}
        if may(role, Action.READ, "privacy_request"):
            names.add("desk")
        if REACH[role] is Reach.ALL:
            names.update(name for key in self.rows for name in self.scopes(key) if name.startswith("owner:"))
        return frozenset(names)

    def role(self, user_id: str) -> Role:
        return Role(str(self.rows["user", user_id].values["role"]))

    def _below(self, boss: str) -> set[str]:
        reports = {str(r.values["id"]) for r in self.of("user") if r.values["manager_id"] == boss}
        return reports.union(*(self._below(report) for report in reports))

    def projection(self, user_id: str) -> dict[Key, dict[str, Value]]:
        """Rows a device of the user should show: live, in one of its scopes, columns masked to the role."""
        role, mine = self.role(user_id), self.subscribed(user_id)
        readable = {info.name: set(info.visible_to(role)) for info in readable_entities(role)}
        return {
            key: masked(row, readable)
            for key, row in self.rows.items()
            if row.entity in readable and not row.deleted and self.scopes(key) & mine
        }

    def sums(self, user_id: str | None = None) -> Sums:
        """Checksums from the rows themselves: of what a user's device should hold, or of everything."""
        keys: Iterable[Key] = self.rows if user_id is None else self.projection(user_id)
        hashes: dict[tuple[str, str], list[int]] = defaultdict(list)
        for key in keys:
            for name in self.scopes(key) if not self.rows[key].deleted else ():
                if user_id is None or name in self.subscribed(user_id):
                    hashes[name, key[0]].append(checksums.row_hash(key[1], self.rows[key].ver))
        return {at: (len(found), checksums.to_hex(checksums.add(0, *found))) for at, found in hashes.items()}


def masked(row: ServerRow, readable: Mapping[str, set[str]]) -> dict[str, Value]:
    """The row as a role may see it. Records of conflicts and refusals tell no more of a row than the row itself."""
    values = {name: value if name in readable[row.entity] else None for name, value in row.values.items()}
    about = readable.get(str(values.get("entity")), set())
    if row.entity == "conflict" and values["field"] not in about:
        whole = values["field"] == "*"
        values |= {side: only(values[side], about) if whole else None for side in ("base", "mine", "theirs")}
    if row.entity == "quarantine":
        values["changes"] = only(values["changes"], about)
    return values


def only(text: Value, names: set[str]) -> Value:
    """A JSON object with these members alone."""
    told = json.loads(str(text)) if text is not None else None
    if not isinstance(told, dict):
        return text
    kept = {name: value for name, value in told.items() if name in names}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
