"""Checking what an edit wants to set: known, the role's to write, well-formed, and pointing only where it may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256

from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES, EntityInfo, entity
from nxcrm_desktop.domain.facts import Facts, Kind, Role, Write
from nxcrm_desktop.domain.permissions import Action, may, writable_fields
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.values import normalise
from sync.protocol.codes import Refusal
from sync.protocol.messages import Mutation
from sync.server.services.reach import Reach
from sync.server.services.refusals import RefusedError
from sync.server.store.access import Access
from sync.server.store.rows import Row

_COMMON = frozenset(COMMON)
_OWNER = "owner_id"
_SPEAKER = "user_id"
_NAME_LENGTH = 64
COMPUTED: Mapping[tuple[str, str], Callable[[Mapping[str, Value]], Value]] = {
    ("policy_version", "body_sha256"): lambda values: sha256(str(values["body"]).encode()).hexdigest(),
}
"""(entity, column) → what the server makes of the row, whatever a device guessed."""


@cache
def _writable(role: Role, entity_name: str, action: Action) -> frozenset[str]:
    return writable_fields(role, entity(entity_name), action)


@cache
def _required(entity_name: str) -> tuple[str, ...]:
    fields = entity(entity_name).fields
    return tuple(n for n, f in fields.items() if f.required and n not in _COMMON and f.write is not Write.SERVER)


@cache
def _pointing(entity_name: str) -> tuple[str, ...]:
    """Columns that name another row."""
    return tuple(name for name, facts in entity(entity_name).fields.items() if facts.kind in (Kind.REF, Kind.STAGE))


@cache
def _computed(entity_name: str) -> tuple[str, ...]:
    return tuple(column for name, column in COMPUTED if name == entity_name)


def checked_fields(role: Role, info: EntityInfo, action: Action, edit: Mutation) -> dict[str, Value]:
    """The values an edit sets, normalised. The common and computed columns are the server's: they are passed over.

    Raises RefusedError ``unknown_field``, ``field_not_writable``, ``invalid_value``, ``missing_value``.
    """
    allowed = _writable(role, info.name, action)
    values: dict[str, Value] = {}
    for name, (_, new) in edit.fields.items():
        if name in allowed:
            values[name] = _normal(info.fields[name], new)
        elif name not in _COMMON and (info.name, name) not in COMPUTED:
            _check_unwritten(info, name, new)
    if action is Action.CREATE:
        _check_complete(info, values)
    return values


def _check_unwritten(info: EntityInfo, name: str, new: Value) -> None:
    if name not in info.fields:
        # A name off the wire may hold anything; what is told, and stored, names only what could be a column.
        raise RefusedError(Refusal.UNKNOWN_FIELD, name if name.isidentifier() and len(name) <= _NAME_LENGTH else "?")
    if new is not None:
        raise RefusedError(Refusal.FIELD_NOT_WRITABLE, info.fields[name].label)


def _normal(facts: Facts, value: Value) -> Value:
    """The value as it is stored. The refusal names the field and never quotes what was typed: it is kept in the log."""
    try:
        return normalise(facts, value)
    except ValueProblem as problem:
        code = Refusal.MISSING_VALUE if problem.code == "missing_value" else Refusal.INVALID_VALUE
        raise RefusedError(code, facts.label) from problem


def _check_complete(info: EntityInfo, values: dict[str, Value]) -> None:
    for name in _required(info.name):
        if values.get(name) is None:
            raise RefusedError(Refusal.MISSING_VALUE, info.fields[name].label)
    for name in _computed(info.name):
        values[name] = COMPUTED[info.name, name](values)


def check_owners(access: Access, info: EntityInfo, values: Mapping[str, Value]) -> None:
    """Rows are given only to oneself or, by managers, to those below. Raises RefusedError ``not_allowed``.

    What a row says of a member of staff – a policy accepted, a feature used – only they may say.
    """
    for column in info.facts.scope.owners:
        given = values.get(column)
        if given is None or given == access.user_id:
            continue
        if column == _SPEAKER:
            raise RefusedError(Refusal.NOT_ALLOWED, column, f"“{info.fields[column].label}” may only be you.")
        if given not in access.people:
            raise RefusedError(
                Refusal.NOT_ALLOWED, column, f"“{info.fields[column].label}” may only be you or someone of your team."
            )


def check_hands(access: Access, row: Row) -> None:
    """A row within reach may still not be the user's to change. Raises RefusedError ``not_allowed``.

    What is only shared with them is their owner's; a conflict or refused edit is decided by those who could make the
    change that it is about, a refused edit also by who typed it and their managers.
    """
    rule, role = row.info.facts.scope, access.role
    theirs = any(row.values[column] in access.people for column in rule.owners)
    if rule.shared and not theirs:
        raise RefusedError(Refusal.NOT_ALLOWED, detail="This is shared with you; only its owner may change it.")
    if rule.subject and not theirs:
        about = str(row.values[rule.subject[0]])
        if about not in ENTITIES or not (may(role, Action.UPDATE, about) or may(role, Action.CREATE, about)):
            raise RefusedError(Refusal.NOT_ALLOWED)


def default_owner(access: Access, info: EntityInfo, values: dict[str, Value]) -> None:
    """A new row that names no owner is its maker's."""
    if _OWNER in info.facts.scope.owners and values.get(_OWNER) is None:
        values[_OWNER] = access.user_id


def check_references(reach: Reach, info: EntityInfo, values: Mapping[str, Value]) -> None:
    """What is referred to is there and within reach, a stage is one of the pipeline's.

    A row lends or inherits scopes through its references: one to a stranger's row would open that row.
    Raises RefusedError ``unknown_parent``, ``invalid_value``.
    """
    for name in _pointing(info.name):
        value = values.get(name)
        if value is None:
            continue
        facts = info.fields[name]
        if facts.kind is Kind.REF and not reach.may_refer(facts.ref, str(value)):
            raise RefusedError(Refusal.UNKNOWN_PARENT, facts.label)
        if facts.kind is Kind.STAGE and not reach.is_stage(str(value)):
            raise RefusedError(Refusal.INVALID_VALUE, facts.label)
