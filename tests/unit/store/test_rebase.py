"""One edit over the server's row."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store.outbox import OutboxEntry, pack, unpack
from nxcrm_desktop.store.rebase import shown
from tests.helpers.stores import USER, server_row

COLUMNS = ENTITIES["lead"].columns


def _edit(row_id: Value, op: str, **fields: tuple[Value, Value]) -> OutboxEntry:
    return OutboxEntry(1, "g", op, "lead", str(row_id), 1, fields, 99, USER)


@pytest.mark.parametrize(
    ("field", "base", "mine", "server", "seen"),
    [
        ("name", "a", "b", "a", "b"),
        ("name", "a", "b", "c", "b"),  # a conflict is the server's to find; the user sees what they typed
        ("source", "a", "b", "c", "b"),
        ("tags", '["a"]', '["a","b"]', '["a","c"]', '["a","b","c"]'),
        ("notes", "x", "x\nmine", "x\ntheirs", "x\ntheirs\nmine"),
        ("city", "Pune", None, "Pune", None),
    ],
)
def test_the_user_sees_what_they_typed(field: str, base: Value, mine: Value, server: Value, seen: Value) -> None:
    row = server_row(**{field: server})
    after = shown(list(row.values()), [_edit(row["id"], "update", **{field: (base, mine)})])
    assert after is not None
    values = dict(zip(COLUMNS, after, strict=True))
    assert values == row | {field: seen, "updated_at": 99, "updated_by": USER}


def test_a_row_made_here_is_made_of_its_edits() -> None:
    made = _edit("i", "create", name=(None, "Ravi"), stage=(None, "new"))
    after = shown(None, [made, _edit("i", "update", city=(None, "Pune"))])
    assert after is not None
    values = {name: value for name, value in zip(COLUMNS, after, strict=True) if value is not None}
    assert values == {
        "id": "i", "created_at": 99, "created_by": USER, "updated_at": 99, "updated_by": USER,
        "name": "Ravi", "stage": "new", "city": "Pune",
    }  # fmt: skip
    assert shown(None, [made, _edit("i", "delete")]) is None
    assert shown(None, [_edit("i", "update", city=(None, "Pune"))]) is None


def test_fields_survive_being_stored() -> None:
    fields: dict[str, tuple[Value, Value]] = {"a": (None, "रवि\n"), "b": (-(2**63), 2**63 - 1)}
    assert unpack(pack(fields)) == fields
