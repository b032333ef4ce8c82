"""What a device lets its user write. It helps early; the server judges again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from nxcrm_desktop.domain import permissions
from nxcrm_desktop.domain.dictionary import EntityInfo, entity
from nxcrm_desktop.domain.facts import Facts, Role
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.values import normalise
from nxcrm_desktop.errors import NxcrmError

_VERBS = {Action.CREATE: "make", Action.UPDATE: "change", Action.DELETE: "delete"}


def _not_allowed(info: EntityInfo, role: Role, action: Action, field: str = "") -> NxcrmError:
    what = f"“{info.fields[field].label}” of a {info.facts.label.lower()}" if field else f"a {info.facts.label.lower()}"
    return NxcrmError(
        "not_allowed",
        f"Your role ({role.value.replace('_', ' ')}) may not {_VERBS[action]} {what}.",
        safe="Nothing was changed.",
        todo="Ask your manager or the administrator.",
        details={"entity": info.name, "field": field} if field else {"entity": info.name},
    )


def _invalid(info: EntityInfo, field: str, problem: ValueProblem) -> NxcrmError:
    return NxcrmError(
        "invalid_value",
        problem.message,
        safe="Nothing was changed.",
        todo=f"Correct “{info.fields[field].label}”, then save again.",
        details={"entity": info.name, "field": field, "reason": problem.code},
    )


@cache
def _writable(role: Role, name: str, action: Action) -> Mapping[str, Facts]:
    info = entity(name)
    allowed = permissions.writable_fields(role, info, action)
    return {field: facts for field, facts in info.fields.items() if field in allowed}


def allow(role: Role, name: str, action: Action) -> None:
    """The role may do this to the entity. Raises NxcrmError ``not_allowed``, ``unknown_entity``."""
    info = entity(name)
    if not permissions.may(role, action, name):
        raise _not_allowed(info, role, action)


def checked(role: Role, name: str, action: Action, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values as they are stored. Raises NxcrmError ``not_allowed``, ``unknown_field``, ``invalid_value``."""
    info = entity(name)
    writable = _writable(role, name, action)
    stored: dict[str, Value] = {}
    for field, value in values.items():
        facts = writable.get(field)
        if facts is None:
            info.field(field)
            raise _not_allowed(info, role, action, field)
        try:
            stored[field] = normalise(facts, value)
        except ValueProblem as problem:
            raise _invalid(info, field, problem) from None
    return stored


def complete(role: Role, name: str, values: Mapping[str, Value]) -> None:
    """No required field is missing from a new row. Raises NxcrmError ``invalid_value``."""
    for field, facts in _writable(role, name, Action.CREATE).items():
        if facts.required and values.get(field) is None:
            raise _invalid(entity(name), field, ValueProblem("missing_value", f"{facts.label} is missing."))
