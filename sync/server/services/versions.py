"""Versions of the dictionary: which ones the server speaks, and edits made by programs that knew less than it does."""

from __future__ import annotations

from functools import cache

import msgspec

from nxcrm_desktop.domain.dictionary import ENTITIES, SCHEMA_VERSION, EntityInfo
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import Mutation

SCHEMA_MIN = max(1, SCHEMA_VERSION - 2)
"""Rows are sent in the server's own version and the two before it. Edits are taken from every version there ever was:
what was typed on an old program must not be lost because nobody brought it up to date in time."""
_Defaults = tuple[tuple[str, Value], ...]


def check_pushing(schema: int) -> None:
    """NxcrmError ``schema_too_new`` for a version of the dictionary that this server does not speak yet."""
    if not 1 <= schema <= SCHEMA_VERSION:
        raise NxcrmError(
            Code.SCHEMA_TOO_NEW,
            f"The server speaks versions {SCHEMA_MIN} to {SCHEMA_VERSION} of the records, this device {schema}.",
            safe="Nothing was changed. Unsent edits stay on the device.",
            todo="Wait until the server has been updated.",
        )


def check_pulling(schema: int) -> None:
    """NxcrmError ``schema_too_old`` or ``schema_too_new`` for a version in which no rows can be sent."""
    check_pushing(schema)
    if schema < SCHEMA_MIN:
        raise NxcrmError(
            Code.SCHEMA_TOO_OLD,
            f"The server speaks versions {SCHEMA_MIN} to {SCHEMA_VERSION} of the records, this device {schema}.",
            safe="Nothing was changed. Unsent edits are still taken.",
            todo="Update the program.",
        )


def brought_up(edit: Mutation, schema: int) -> Mutation:
    """An edit made under an earlier version, as one of today: columns by their present names, and in a new row the
    declared default of each required column that the program did not know."""
    info = ENTITIES.get(edit.table)
    if schema == SCHEMA_VERSION or info is None:
        return edit
    fields = {_present_name(info, name): pair for name, pair in edit.fields.items()}
    if edit.op == "create":
        for name, default in _defaults(info.name, schema):
            fields.setdefault(name, (None, default))
    return msgspec.structs.replace(edit, fields=fields)


def _present_name(info: EntityInfo, name: str) -> str:
    if name in info.fields:
        return name
    return next((now for now, facts in info.fields.items() if name in facts.formerly), name)


@cache
def _defaults(entity: str, schema: int) -> _Defaults:
    fields = ENTITIES[entity].fields
    return tuple((n, f.default) for n, f in fields.items() if f.required and f.since > schema and f.default is not None)
