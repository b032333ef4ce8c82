"""Refusing one edit for good: the queue moves on, and what was typed is kept for a manager to review."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.ids import is_id, new_id
from nxcrm_desktop.domain.records import Value
from sync.protocol.codes import Refusal
from sync.protocol.messages import Mutation
from sync.server.store.rows import RowSet

UNKNOWN = "unknown"
RAW_LIMIT = 100_000
"""Characters kept of an edit that cannot be read, or that is longer than any that a person types."""
_LIMIT = ENTITIES["quarantine"].fields["changes"].max_length
_LATEST = 253_370_764_800_000  # year 9998: what every calendar can show
_GONE = frozenset({Refusal.DELETED, Refusal.ERASED})
SENTENCES: Mapping[Refusal, str] = MappingProxyType(
    {
        Refusal.NOT_ALLOWED: "Your role does not allow this.",
        Refusal.OUT_OF_SCOPE: "The record is not, or no longer, one of yours.",
        Refusal.UNKNOWN_TABLE: "The server does not know this kind of record.",
        Refusal.UNKNOWN_FIELD: "The server does not know the field “{field}”.",
        Refusal.FIELD_NOT_WRITABLE: "“{field}” is not yours to set.",
        Refusal.INVALID_VALUE: "The value of “{field}” is not valid.",
        Refusal.MISSING_VALUE: "“{field}” is missing.",
        Refusal.UNKNOWN_PARENT: "“{field}” names a record that is not there, or not yours.",
        Refusal.ALREADY_EXISTS: "There is already a record with this id.",
        Refusal.DELETED: "Somebody has deleted the record.",
        Refusal.ERASED: "The record was erased for good.",
    }
)


class Poison(Struct, frozen=True):
    """An edit that cannot be read as one: its number, what it seems to concern, and all of it as JSON text."""

    n: int
    table: str
    id: str
    raw: str


class RefusedError(Exception):
    """An edit is refused. ``field`` is the column it failed on; ``detail`` a sentence that says more."""

    def __init__(self, code: Refusal, field: str = "", detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.detail = detail

    @property
    def sentence(self) -> str:
        """Why, for the person who typed it."""
        return self.detail or SENTENCES[self.code].format(field=self.field)

    @property
    def status(self) -> Literal["rejected", "gone"]:
        """``gone`` when it was refused because the row is no more."""
        return "gone" if self.code in _GONE else "rejected"


def keep_refused(rows: RowSet, edit: Mutation | Poison, refused: RefusedError) -> str:
    """Make the quarantine row; returns its id. Of an erased row nothing typed is kept, only which fields it was."""
    values: dict[str, Value] = {
        "id": new_id(),
        "entity": edit.table if edit.table in ENTITIES else UNKNOWN,
        "row_id": edit.id if is_id(edit.id) else UNKNOWN,
        "op": edit.op if isinstance(edit, Mutation) else UNKNOWN,
        "changes": _kept(_typed(edit, refused)),
        "reason": refused.sentence,
        "code": str(refused.code),
        "author_id": rows.actor,
        "typed_at": typed_at(edit) if isinstance(edit, Mutation) else None,
        "status": "open",
    }
    return rows.add(ENTITIES["quarantine"], values).id


def typed_at(edit: Mutation) -> int | None:
    """When the device says it was typed, UTC ms; None if no calendar can show it."""
    return edit.at if 0 <= edit.at <= _LATEST else None


def _typed(edit: Mutation | Poison, refused: RefusedError) -> Any:
    if isinstance(edit, Poison):
        return {"raw": edit.raw}
    if refused.code is Refusal.ERASED:
        return dict.fromkeys(edit.fields)
    known = edit.table in ENTITIES and is_id(edit.id)
    return edit.fields if known else {"table": edit.table, "id": edit.id, "fields": edit.fields}


def _kept(typed: Any) -> str:
    """As JSON text that fits its column: one page must never be more than the devices it is sent to take."""
    text = _canonical(typed)
    return text if len(text) <= _LIMIT else _canonical({"raw": text[:RAW_LIMIT]})


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
