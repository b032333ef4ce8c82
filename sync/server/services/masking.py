"""Records about other records show no more of them than their reader may see of these."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from nxcrm_desktop.domain.dictionary import ENTITIES, entity
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.permissions import REACH, Action, Reach, may
from nxcrm_desktop.domain.records import Value
from sync.server.services.disputes import WHOLE_ROW

Line = list[Value]
"""[version, *values in column order]"""
_SIDES = ("base", "mine", "theirs", "replaced", "result")


def mask(role: Role, name: str, line: Line) -> Line:
    """The row as this role may see it: values of fields hidden from the role are taken out."""
    masker = _MASKERS.get(name)
    return masker(role, line) if masker else line


def _place(name: str, column: str) -> int:
    return 1 + entity(name).columns.index(column)


def _shown(role: Role, name: Value) -> frozenset[str]:
    """Fields of the entity that the role may see."""
    info = ENTITIES.get(str(name))
    return frozenset(info.visible_to(role)) if info and may(role, Action.READ, info.name) else frozenset()


def _mask_conflict(role: Role, line: Line) -> Line:
    shown, field = _shown(role, line[_place("conflict", "entity")]), line[_place("conflict", "field")]
    if field in shown:
        return line
    masked = list(line)
    for side in _SIDES:
        place = _place("conflict", side)
        masked[place] = _only(masked[place], shown) if field == WHOLE_ROW else None
    return masked


def _mask_quarantine(role: Role, line: Line) -> Line:
    place, name = _place("quarantine", "changes"), line[_place("quarantine", "entity")]
    if _sees_whole(role, name):
        return line
    return [*line[:place], _only(line[place], _shown(role, name)), *line[place + 1 :]]


def _mask_duplicate(role: Role, line: Line) -> Line:
    if line[_place("duplicate", "field")] in _shown(role, line[_place("duplicate", "entity")]):
        return line
    masked = list(line)  # that two rows share what may not be seen is not to be told either
    for column in ("field", "group_id"):
        masked[_place("duplicate", column)] = None
    return masked


def _sees_whole(role: Role, name: Value) -> bool:
    """Whether nothing of such rows is hidden from the role; rows of no known kind are whole to those who see few."""
    info = ENTITIES.get(str(name))
    return REACH[role] is not Reach.ALL if info is None else len(_shown(role, name)) == len(info.columns)


def _only(text: Value, shown: frozenset[str]) -> Value:
    """The fields of a JSON object that are shown; anything else as it is when it says nothing."""
    values = json.loads(str(text)) if text is not None else None
    if not isinstance(values, dict) or shown.issuperset(values):
        return text
    kept = {name: value for name, value in values.items() if name in shown}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


_MASKERS: Mapping[str, Callable[[Role, Line], Line]] = {
    "conflict": _mask_conflict, "quarantine": _mask_quarantine, "duplicate": _mask_duplicate,
}  # fmt: skip
