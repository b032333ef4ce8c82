"""Lists: pages put together are the whole list, in order, whatever the filter; and an index serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.money import MAX_PAISE
from nxcrm_desktop.domain.records import Compare, Condition, Keyset, ListQuery, Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import lists
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.tables import NOCASE_KINDS
from tests.helpers.stores import MANAGER, USER, fresh_store

LEAD = ENTITIES["lead"]
_ORDERS = ["id", *LEAD.sortable]
_NAMES = st.sampled_from(["ravi", "Ravi", "RAVI", "sita", "Zoë", "रवि", "a%b_c", 'x"y', "é", "10", "9"])
_ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": _NAMES, "stage": st.sampled_from(["new", "won", "lost"])},
        optional={
            "city": st.sampled_from(["Pune", "pune", "Mumbai", None]),
            "budget_paise": st.one_of(st.none(), st.integers(0, 3), st.integers(0, MAX_PAISE)),
            "enquired_at": st.one_of(st.none(), st.integers(0, 5)),
            "tags": st.sampled_from(['["a"]', '["a","b"]', '["ab"]', None]),
        },
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for many examples; each empties it."""
    store = fresh_store(tmp_path_factory.mktemp("lists"))
    yield store
    store.close()


def _fill(store: Store, rows: list[dict[str, Value]]) -> None:
    with store.write(MANAGER) as work:
        for (row_id,) in work.cursor.execute("SELECT id FROM lead").fetchall():
            work.delete("lead", row_id)
        work.create_many("lead", rows)


def _all(reader: Reader, query: ListQuery, limit: int) -> list[Record]:
    rows: list[Record] = []
    after: Keyset | None = None
    while True:
        page = reader.page(query, limit=limit, after=after)
        assert len(page.rows) <= limit
        rows += page.rows
        if page.next is None:
            return rows
        assert len(page.rows) == limit
        after = page.next


def _key(query: ListQuery, values: Mapping[str, Value]) -> tuple[Any, Any]:
    value = values[query.order]
    if isinstance(value, str):
        folded = value.encode()
        return (folded.lower() if LEAD.fields[query.order].kind in NOCASE_KINDS else folded, values["id"])
    return (value, values["id"])


def _sorted(query: ListQuery, rows: list[Mapping[str, Value]]) -> list[Value]:
    some = [row for row in rows if row[query.order] is not None]
    none = [row for row in rows if row[query.order] is None]
    some.sort(key=lambda row: _key(query, row), reverse=query.descending)
    none.sort(key=lambda row: str(row["id"]), reverse=query.descending)
    return [row["id"] for row in some + none]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS, order=st.sampled_from(_ORDERS), descending=st.booleans(), limit=st.integers(1, 7))
def test_pages_make_the_whole_list_in_order(
    shared: Store, rows: list[dict[str, Value]], order: str, descending: bool, limit: int
) -> None:
    _fill(shared, rows)
    query = ListQuery("lead", order=order, descending=descending)
    with shared.read() as reader:
        stored = [record.values for record in _all(reader, ListQuery("lead", order="id"), 1000)]
        found = [record.id for record in _all(reader, query, limit)]
        assert found == _sorted(query, stored)
        assert len(found) == len(rows) == reader.count(query)
        anchors = reader.anchors(query, limit)
        assert [anchor.id for anchor in anchors] == found[limit - 1 :: limit]
        for number, anchor in enumerate(anchors, start=1):
            behind = reader.page(query, limit=1, after=anchor).rows
            assert [record.id for record in behind] == found[number * limit : number * limit + 1]


_TESTS: dict[Compare, Any] = {
    Compare.EQ: lambda a, b: a == b,
    Compare.NE: lambda a, b: a != b,
    Compare.LT: lambda a, b: a is not None and a < b,
    Compare.LE: lambda a, b: a is not None and a <= b,
    Compare.GT: lambda a, b: a is not None and a > b,
    Compare.GE: lambda a, b: a is not None and a >= b,
    Compare.IN: lambda a, b: a is not None and a in b,
    Compare.NULL: lambda a, _: a is None,
    Compare.NOT_NULL: lambda a, _: a is not None,
}
_CONDITIONS = st.one_of(
    st.builds(Condition, st.just("name"), st.sampled_from([Compare.EQ, Compare.NE]), _NAMES),
    st.builds(
        Condition,
        st.just("budget_paise"),
        st.sampled_from([Compare.LT, Compare.LE, Compare.GT, Compare.GE, Compare.EQ, Compare.NE]),
        st.integers(0, 3),
    ),
    st.builds(Condition, st.just("stage"), st.just(Compare.IN), st.sampled_from([("new", "won"), (), ("lost",)])),
    st.builds(Condition, st.just("city"), st.sampled_from([Compare.NULL, Compare.NOT_NULL])),
    st.builds(Condition, st.just("city"), st.sampled_from([Compare.EQ, Compare.NE]), st.none()),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=_ROWS,
    conditions=st.lists(_CONDITIONS, max_size=2),
    order=st.sampled_from(_ORDERS),
    search=st.sampled_from(["", "ravi"]),
    few=st.sampled_from([-1, 10_000]),
)
def test_filters_keep_exactly_what_they_say(
    shared: Store, rows: list[dict[str, Value]], conditions: list[Condition], order: str, search: str, few: int
) -> None:
    """Whichever way the list is read: what is few is found and sorted, what is much is walked."""
    _fill(shared, rows)
    query = ListQuery("lead", where=tuple(conditions), order=order, search=search)
    with pytest.MonkeyPatch.context() as patch, shared.read() as reader:
        patch.setattr(lists, "_FEW_FOUND", few)
        patch.setattr(lists, "_FEW_FILTERED", few)
        stored = [record.values for record in _all(reader, ListQuery("lead", order="id"), 1000)]
        if search:
            stored = [v for v in stored if v["name"] in {"ravi", "Ravi", "RAVI", "रवि"}]
        expected = [v for v in stored if all(_TESTS[c.compare](v[c.field], c.value) for c in conditions)]
        assert [record.id for record in _all(reader, query, 3)] == _sorted(query, expected)
        assert reader.count(query) == len(expected)


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [("name", "vi", 2), ("name", "VI", 2), ("name", "%", 1), ("name", "_", 1), ("tags", "a", 2), ("tags", "ab", 1)],
)
def test_contains_takes_its_operand_as_it_is(store: Store, field: str, value: str, found: int) -> None:
    names = [("Ravi", '["a"]'), ("Kavi", '["ab"]'), ("a%b_c", '["a","b"]')]
    _fill(store, [{"name": name, "stage": "new", "tags": tags} for name, tags in names])
    with store.read() as reader:
        assert reader.count(ListQuery("lead", where=(Condition(field, Compare.CONTAINS, value),))) == found


def test_only_the_columns_asked_for_are_read(store: Store) -> None:
    _fill(store, [{"name": "Ravi", "stage": "new"}])
    with store.read() as reader:
        (record,) = reader.page(ListQuery("lead", order="name", columns=("stage",)), limit=5).rows
        assert dict(record.values) == {"id": record.id, "name": "Ravi", "stage": "new"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ListQuery("nonsense"), "unknown_entity"),
        (ListQuery("lead", order="nonsense"), "unknown_field"),
        (ListQuery("lead", order="phone"), "not_sortable"),
        (ListQuery("lead", where=(Condition("nonsense", value=1),)), "unknown_field"),
        (ListQuery("lead", columns=("nonsense",)), "unknown_field"),
    ],
)
def test_a_list_that_cannot_be_is_told(store: Store, query: ListQuery, code: str) -> None:
    with pytest.raises(NxcrmError) as caught, store.read() as reader:
        reader.page(query, limit=5)
    assert caught.value.code == code


@pytest.mark.parametrize("name", [name for name, info in ENTITIES.items() if not info.facts.server_only])
def test_every_page_of_every_list_is_read_from_an_index(store: Store, name: str) -> None:
    statements: list[str] = []
    for order in ("id", *ENTITIES[name].sortable):
        numeric = ENTITIES[name].fields[order].kind.is_integer
        for descending in (False, True):
            with store.read() as reader:
                raw: Any = reader.connection.connection.driver_connection
                raw.set_trace_callback(statements.append)
                after = Keyset(1 if numeric else "x", new_id())
                reader.page(ListQuery(name, order=order, descending=descending), limit=5, after=after)
                raw.set_trace_callback(None)
    with store.read() as reader:
        plans = [(s, reader.cursor.execute(f"EXPLAIN QUERY PLAN {s}").fetchall()) for s in statements if "SELECT" in s]
    assert plans
    bad = [sql for sql, plan in plans if any("TEMP B-TREE" in step[3] or step[3].startswith("SCAN") for step in plan)]
    assert not bad


def test_related_and_equal_rows_are_found(store: Store) -> None:
    with store.write(MANAGER) as work:
        lead = work.create("lead", {"name": "Ravi", "stage": "new", "phone": "+919876543210", "owner_id": USER})
        other = work.create("lead", {"name": "Sita", "stage": "new"})
        late = work.create("communication", {"kind": "note", "lead_id": lead, "happened_at": 2})
        early = work.create("communication", {"kind": "note", "lead_id": lead, "happened_at": 1})
    with store.read() as reader:
        assert [r.id for r in reader.related("communication", "lead_id", lead, order="happened_at")] == [early, late]
        assert [r.id for r in reader.find_equal("lead", "phone", ["+919876543210", None])] == [lead]
        assert [r.id for r in reader.find_equal("lead", "name", [f"x{i}" for i in range(1200)] + ["Sita"])] == [other]
        assert [r.id for r in reader.get_many("lead", [other, new_id(), lead])] == [other, lead]
        assert reader.pending_ids("lead", [lead, new_id()]) == {lead}


def test_kinds_ordered_without_case_are_texts_a_person_wrote() -> None:
    assert {Kind.TEXT} == NOCASE_KINDS
