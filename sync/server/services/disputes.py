"""Recording a value that a merge set aside, so that it can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from sync.protocol.messages import Mutation
from sync.server.services.refusals import typed_at
from sync.server.store.rows import Row, RowSet

WHOLE_ROW = "*"
"""The ``field`` of a conflict about a deletion: ``mine`` is null (the row gone), ``theirs`` all its values."""

Sides = tuple[Value, Value, Value | Mapping[str, Value]]
"""base, mine, theirs"""


def keep_conflict(rows: RowSet, row: Row, edit: Mutation, field: str, sides: Sides, status: str) -> str:
    """Make the conflict row; returns its id. To be called before the row itself is changed."""
    base, mine, theirs = sides
    if isinstance(base, str) and field in row.info.fields:
        base = base[: row.info.fields[field].max_length]  # a device may claim anything to have been there
    values: dict[str, Value] = {
        "id": new_id(),
        "entity": row.info.name,
        "row_id": row.id,
        "field": field,
        "base": _json(base),
        "mine": _json(mine),
        "theirs": _json(theirs),
        "mine_by": rows.actor,
        "mine_at": typed_at(edit),
        "theirs_by": row.values["updated_by"],
        "theirs_at": row.values["updated_at"],
        "status": status,
    }
    return rows.add(ENTITIES["conflict"], values).id


def _json(value: Value | Mapping[str, Value]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
