"""JSON Schema (draft 2020-12) of an entity's rows as they are exported, made from the dictionary."""

from __future__ import annotations

from typing import Any

from nxcrm_desktop.domain.dictionary import SCHEMA_VERSION, EntityInfo
from nxcrm_desktop.domain.facts import Facts, Kind

_FORMATS = {Kind.EMAIL: "email", Kind.DATE: "date", Kind.INSTANT: "date-time"}


def schema_of(info: EntityInfo) -> dict[str, Any]:
    """The schema of an array of rows. Instants are ISO 8601 in UTC, money is integer paise; any value may be null."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:nxcrm:{info.name}:{SCHEMA_VERSION}",
        "title": info.facts.plural,
        "type": "array",
        "items": {
            "type": "object",
            "properties": {name: _property(facts) for name, facts in info.fields.items()},
            "required": ["id"],
            "additionalProperties": False,
        },
    }


def _property(facts: Facts) -> dict[str, Any]:
    match facts.kind:
        case Kind.TAGS:
            kind: dict[str, Any] = {"type": ["array", "null"], "items": {"type": "string"}}
        case Kind.JSON:
            kind = {}
        case Kind.BOOL:
            kind = {"type": ["boolean", "null"]}
        case Kind.INTEGER | Kind.MONEY:
            kind = {"type": ["integer", "null"]}
        case _:
            kind = {"type": ["string", "null"]}
    if facts.kind in _FORMATS:
        kind["format"] = _FORMATS[facts.kind]
    return {"title": facts.label, **kind, "x-personal-data": facts.personal.value, "x-purpose": facts.purpose.value}
