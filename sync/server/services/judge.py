"""Judging a batch of edits: authorised against present rights, merged field by field, kept when refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import COMMON, EntityInfo
from nxcrm_desktop.domain.facts import Facts, Kind, Merge
from nxcrm_desktop.domain.ids import is_id
from nxcrm_desktop.domain.permissions import Action, may
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.values import normalise
from sync.protocol.codes import Refusal
from sync.protocol.merge import Merged, merge_field
from sync.protocol.messages import Mutation, Result
from sync.server.services.books import Books
from sync.server.services.disputes import WHOLE_ROW, keep_conflict
from sync.server.services.fields import check_hands, check_owners, check_references, checked_fields, default_owner
from sync.server.services.reach import Reach, known_entity
from sync.server.services.refusals import Poison, RefusedError, keep_refused
from sync.server.services.review import check_decision
from sync.server.store.access import Access
from sync.server.store.rows import Row, RowSet

_DISPUTED = {"conflict": "open", "kept": "server", "merged": "mine"}
"""Outcome of a merge → status of the record that keeps the value which is not shown. Only ``open`` awaits a person."""

_ACTIONS = {
    "create": Action.CREATE, "update": Action.UPDATE, "delete": Action.DELETE,
    "restore": Action.DELETE,  # who may delete may take it back
}  # fmt: skip


class Judge:
    """Applies edits to the rows of a transaction, in the order given. Nothing is written by it."""

    def __init__(
        self, connection: Connection, access: Access, rows: RowSet, edits: Sequence[Mutation | Poison], schema: int
    ) -> None:
        self._access = access
        self._schema = schema
        self._rows = rows
        self._edits = edits
        readable = [edit for edit in edits if isinstance(edit, Mutation)]
        self._reach = Reach(connection, access, rows, readable)
        self._books = Books(connection, rows)
        self._results: dict[int, Result] = {}
        self._creates = {(edit.table, edit.id): edit for edit in readable if edit.op == "create"}

    def results(self) -> list[Result]:
        """What became of each edit."""
        for edit in self._edits:
            if edit.n not in self._results:
                self._results[edit.n] = self._judge(edit)
        return [self._results[edit.n] for edit in self._edits]

    def _judge(self, edit: Mutation | Poison) -> Result:
        try:
            if isinstance(edit, Poison):
                raise RefusedError(Refusal.INVALID_VALUE, detail="The edit cannot be read.")
            return self._apply(edit)
        except RefusedError as refused:
            keep_refused(self._rows, edit, refused)
            return Result(edit.n, refused.status, code=str(refused.code), reason=refused.sentence)

    def _apply(self, edit: Mutation) -> Result:
        info = known_entity(edit.table)
        if info is None:
            raise RefusedError(Refusal.UNKNOWN_TABLE)
        if not is_id(edit.id):
            raise RefusedError(Refusal.INVALID_VALUE, "id")
        if edit.id in self._reach.erased:
            raise RefusedError(Refusal.ERASED)
        if not may(self._access.role, _ACTIONS[edit.op], info.name):
            raise RefusedError(Refusal.NOT_ALLOWED)
        match edit.op:
            case "create":
                return self._create(info, edit)
            case "update":
                return self._update(info, edit)
            case "restore":
                return self._restore(info, edit)
        return self._delete(info, edit)

    def _create(self, info: EntityInfo, edit: Mutation) -> Result:
        existing = self._rows.get(info.name, edit.id)
        values = checked_fields(self._access.role, info, Action.CREATE, edit)
        if existing is not None and self._made_before(existing, values):
            return Result(edit.n, "applied", existing.ver)
        if existing is not None:
            raise RefusedError(Refusal.ALREADY_EXISTS)
        default_owner(self._access, info, values)
        check_owners(self._access, info, values)
        self._parents_first(info, values, edit)
        check_references(self._reach, info, values)
        self._books.check(info, values)
        row = self._rows.add(info, {**values, "id": edit.id})
        self._reach.made(row.key)
        return Result(edit.n, "applied", row.ver)

    def _made_before(self, row: Row, values: Mapping[str, Value]) -> bool:
        """Whether the user made this very row already, on a device that has taken another identity since.

        What is no longer theirs is not compared: the answer would tell what it holds now.
        """
        own = row.deleted_at is None and row.values["created_by"] == self._access.user_id
        same = all(row.values[name] == value for name, value in values.items())
        return own and self._reach.mine(row.key) and same

    def _parents_first(self, info: EntityInfo, values: Mapping[str, Value], edit: Mutation) -> None:
        """A device may send a child before its parent when both are in one batch."""
        self._creates.pop((edit.table, edit.id), None)  # being judged: a circle of references must end
        for column, parent in info.facts.scope.parents:
            first = self._creates.get((parent, str(values.get(column))))
            if first is not None and first.n not in self._results:
                self._results[first.n] = self._judge(first)

    def _existing(self, info: EntityInfo, edit: Mutation) -> Row:
        row = self._rows.get(info.name, edit.id)
        if row is None or not self._reach.mine(row.key):
            raise RefusedError(Refusal.OUT_OF_SCOPE)
        return row

    def _update(self, info: EntityInfo, edit: Mutation) -> Result:
        row = self._existing(info, edit)
        if row.deleted_at is not None:
            raise RefusedError(Refusal.DELETED)
        return self._merge(row, edit, self._wanted(row, edit))

    def _restore(self, info: EntityInfo, edit: Mutation) -> Result:
        """A deleted row is back, for everybody who saw it; what came with it is merged as into any row."""
        row = self._existing(info, edit)
        new = self._wanted(row, edit)
        if row.deleted_at is not None:
            self._rows.restore(row)
            self._reach.made(row.key)
        return self._merge(row, edit, new)

    def _wanted(self, row: Row, edit: Mutation) -> dict[str, Value]:
        """What an edit would change, if the user may change it."""
        info = row.info
        check_hands(self._access, row)
        wanted = checked_fields(self._access.role, info, Action.UPDATE, edit)
        new = {name: value for name, value in wanted.items() if row.values[name] != value}
        check_owners(self._access, info, new)
        check_decision(self._access, row, new)
        check_references(self._reach, info, new)
        return new

    def _merge(self, row: Row, edit: Mutation, new: Mapping[str, Value]) -> Result:
        merged = {name: _merged(row, name, edit.fields[name][0], value) for name, value in new.items()}
        disputes = [
            self._dispute(row, edit, name, new[name], _DISPUTED[found.outcome])
            for name, found in merged.items()
            if _is_dispute(row.info, name, found)
        ]
        changes = {name: found.value for name, found in merged.items() if found.value != row.values[name]}
        if changes:
            self._rows.change(row, changes)
        outcomes = {found.outcome for found in merged.values()}
        if "conflict" in outcomes:
            return Result(edit.n, "conflict", row.ver, conflicts=disputes)
        combined = not outcomes.isdisjoint({"merged", "kept"})
        return Result(edit.n, "merged" if combined else "applied", row.ver, conflicts=disputes)

    def _dispute(self, row: Row, edit: Mutation, name: str, mine: Value, status: str) -> str:
        sides = (edit.fields[name][0], mine, row.values[name])
        return keep_conflict(self._rows, row, edit, name, sides, status)

    def _delete(self, info: EntityInfo, edit: Mutation) -> Result:
        row = self._existing(info, edit)
        if row.deleted_at is not None:
            return Result(edit.n, "applied", row.ver)
        check_hands(self._access, row)
        if edit.base_ver != row.ver and _edited_since(self._access, row, edit, self._schema):
            kept = {name: row.values[name] for name in info.visible_to(self._access.role)}
            return Result(
                edit.n, "conflict", row.ver,
                conflicts=[keep_conflict(self._rows, row, edit, WHOLE_ROW, (None, None, kept), "open")],
            )  # fmt: skip
        self._rows.remove(row)
        return Result(edit.n, "applied", row.ver)


def _merged(row: Row, name: str, base: Value, mine: Value) -> Merged:
    facts = row.info.fields[name]
    known = _tags(facts, base) if facts.kind is Kind.TAGS else base
    return merge_field(facts, known, row.values[name], mine)


def _tags(facts: Facts, base: Value) -> Value:
    """The tags an edit was made on, if they are tags: a device may send anything."""
    try:
        return normalise(facts, base)
    except ValueProblem:
        return None


def _is_dispute(info: EntityInfo, name: str, found: Merged) -> bool:
    """Whether a value is set aside. Sets and texts that were put together lose nothing."""
    policy = info.fields[name].merge
    return found.outcome in ("conflict", "kept") or (found.outcome == "merged" and policy is Merge.CLIENT)


def _edited_since(access: Access, row: Row, edit: Mutation, schema: int) -> bool:
    """Whether the row is other than the device saw it; its own waiting edits are among what it saw.

    Columns that are newer than the device's version of the dictionary (``schema``) it cannot have seen.
    """
    seen = {name: old for name, (old, _) in edit.fields.items() if name not in COMMON}
    known = frozenset(row.info.columns_at(schema)).difference(COMMON)
    visible = [name for name in row.info.visible_to(access.role) if name in known]
    return not seen or any(row.values[name] != seen.get(name) for name in visible)
