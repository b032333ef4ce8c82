"""The dictionary in the words of somebody who never saw the program: values, purposes, what deletion would do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from nxcrm_desktop.domain import values
from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import Erase, Facts, Kind, Purpose
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.retention import RETENTION
from nxcrm_desktop.domain.stages import DEFAULT_STAGES

_WHY: Mapping[Purpose, str] = MappingProxyType({
    Purpose.SERVICE: "to serve you",
    Purpose.AUTHENTICATION: "to know who signs in",
    Purpose.OPERATIONS: "to run our business",
    Purpose.NOTIFICATIONS: "to tell you what concerns you",
    Purpose.SECURITY: "to keep data safe",
    Purpose.COMPLIANCE: "because the law asks for it",
    Purpose.ANALYTICS: "to see what is used",
})  # fmt: skip
_STAGES = MappingProxyType({stage.key: stage.label for stage in DEFAULT_STAGES})
_FOR_PROGRAMS = frozenset({Kind.ID, Kind.REF, Kind.SHA256})


def why_held(info: EntityInfo) -> str:
    """Why such records are held and for how long, as two sentences."""
    kept = RETENTION[info.facts.retention]
    return f"We hold this {_WHY[info.facts.purpose]}. How long: {kept.period} ({kept.source})."


def on_deletion(info: EntityInfo) -> str:
    """What a request for deletion would do to such records, as a sentence; empty where it would change nothing."""
    gone = [facts.label for facts in info.fields.values() if facts.erase in (Erase.CLEAR, Erase.REPLACE)]
    held = [facts.label for facts in info.fields.values() if facts.erase is Erase.BOOKS]
    parts = [f"we destroy {', '.join(gone)}"] if gone else []
    parts += [f"we keep {', '.join(held)} for as long as the law wants the books"] if held else []
    return f"{info.facts.plural}: {'; '.join(parts)}." if parts else ""


def lines(info: EntityInfo, row: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """(label, value) of what a person can read in a row: no ids, no empty fields."""
    of_row = info.facts.scope.subject
    for name, facts in info.fields.items():
        technical = facts.kind in _FOR_PROGRAMS or (name in COMMON and name != "created_at")
        if row[name] is None or technical or (of_row and name == of_row[1]):
            continue
        yield facts.label, _subject(info, name, row) if of_row else _word(facts, row[name])


def _subject(info: EntityInfo, name: str, row: Mapping[str, Value]) -> str:
    """A value of a record about another record: what it is about, and its field, in their own words."""
    about = ENTITIES.get(str(row[(info.facts.scope.subject or ("", ""))[0]]))
    if about and name == (info.facts.scope.subject or ("", ""))[0]:
        return about.facts.label
    if about and name == "field" and row[name] in about.fields:
        return about.fields[str(row[name])].label
    return _word(info.fields[name], row[name])


def _word(facts: Facts, value: Value) -> str:
    if facts.kind is Kind.STAGE:
        return _STAGES.get(str(value), str(value).replace("_", " ").capitalize())
    if facts.kind is Kind.JSON:
        return _plain(json.loads(str(value)))
    return values.display(facts, value)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(part)}" for name, part in value.items())
    if isinstance(value, list):
        return " → ".join(_plain(part) for part in value)
    return "nothing" if value is None else str(value)
