"""Lists: filters, order and keyset paging as SQL. Never OFFSET, never a whole table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, func, literal, select, text
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from nxcrm_desktop.domain.dictionary import EntityInfo, entity
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.records import Compare, Condition, Keyset, ListQuery, Page, Record, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.search import typed
from nxcrm_desktop.store.tables import METADATA, order_expression

Where = list[ColumnElement[bool]]
_FEW_FOUND = 10_000
"""Up to so many matches a search is looked up first, then sorted; above, the list is walked and each row is tested."""
_FEW_FILTERED = 5_000
"""Above so many rows that a filter's index would bring, the list is walked in order instead."""

_MATCHES = "SELECT d.row_id FROM search JOIN search_doc AS d ON d.docid = search.rowid WHERE search MATCH :found_by"
_PROBE = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH :found_by LIMIT :few)"


@dataclass(frozen=True, slots=True)
class Listing:
    """A checked ListQuery, ready to be read through one connection.

    ``found_first``: rows are found by the search, then sorted; else the order's index is walked wherever that is wise.
    """

    connection: Connection
    query: ListQuery
    info: EntityInfo
    table: Table
    where: Where
    found_first: bool = False

    @classmethod
    def of(cls, connection: Connection, query: ListQuery) -> Listing:
        """Check the query. Raises NxcrmError ``unknown_entity``, ``unknown_field``, ``not_sortable``."""
        info = entity(query.entity)
        table = METADATA.tables[info.name]
        for condition in query.where:
            info.field(condition.field)
        if query.order != "id" and query.order not in info.sortable:
            raise _not_sortable(info, query.order)
        found, few = _search(connection, info, query.search)
        walk = few or bool(found) or _lets_many_through(connection, info, query.where)
        where = [_condition(info, _unindexed(table.c[c.field]) if walk else table.c[c.field], c) for c in query.where]
        return cls(connection, query, info, table, [*where, *found], few)

    @property
    def _order(self) -> ColumnElement[Any]:
        if self.query.order == "id":
            return self.table.c.id
        order = order_expression(self.table, self.info, self.query.order)
        return _unindexed(order) if self.found_first else order

    def _sorted(self, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        return [column.desc() if self.query.descending else column.asc() for column in columns]

    def _columns(self) -> list[ColumnElement[Any]]:
        wanted = {"id", self.query.order, *(self.query.columns or self.info.columns)}
        for name in wanted:
            self.info.field(name)
        return [self.table.c[name] for name in self.info.columns if name in wanted]

    def _beyond(self, column: ColumnElement[Any], value: Value) -> ColumnElement[bool]:
        return column < value if self.query.descending else column > value

    def _ordered(self, statement: Select[Any]) -> Select[Any]:
        return statement.order_by(*self._sorted(self._order, self.table.c.id))

    def _segments(self, after: Keyset | None) -> list[Where]:
        """The stretches of the list behind a position, in order, each of them one seek in the order column's index.

        (SQLite does not seek by a row value whose column has a collation; it would read the index from its start.)
        """
        row_id, column = self.table.c.id, self._order
        if self.query.order == "id":
            return [[] if after is None else [self._beyond(row_id, after.id)]]
        nulls: Where = [column.is_(None)]
        if after is None:
            return [[column.is_not(None)], nulls]
        if after.value is None:
            return [[*nulls, self._beyond(row_id, after.id)]]
        return [[column == after.value, self._beyond(row_id, after.id)], [self._beyond(column, after.value)], nulls]

    def _rows(self, limit: int, after: Keyset | None) -> list[Any]:
        rows: list[Any] = []
        for segment in self._segments(after):
            if len(rows) < limit:
                wanted = select(*self._columns()).where(and_(True, *self.where, *segment))
                rows += self.connection.execute(self._ordered(wanted).limit(limit - len(rows)))
        return rows

    def page(self, limit: int, after: Keyset | None) -> Page:
        """Up to ``limit`` rows behind ``after``."""
        names = tuple(str(column.key) for column in self._columns())
        rows = self._rows(limit + 1, after)
        records = tuple(Record(self.info.name, dict(zip(names, row, strict=True))) for row in rows[:limit])
        return Page(records, self._position(records[-1]) if len(rows) > limit else None)

    def _position(self, record: Record) -> Keyset:
        return Keyset(record[self.query.order], record.id)

    def count(self) -> int:
        """Rows of the list, counted."""
        found = self.connection.execute(select(func.count()).select_from(self.table).where(and_(True, *self.where)))
        return int(found.scalar_one())

    def anchors(self, step: int) -> list[Keyset]:
        """Position of every ``step``-th row (the ``step``-th, the ``2 step``-th …), read from the index alone."""
        value = self.table.c[self.query.order]
        number = func.row_number().over(order_by=[value.is_(None), *self._sorted(self._order, self.table.c.id)])
        numbered = select(value.label("v"), self.table.c.id.label("i"), number.label("n")).where(
            and_(True, *self.where)
        )
        inner = numbered.subquery()
        rows = self.connection.execute(select(inner.c.v, inner.c.i).where(inner.c.n % step == 0).order_by(inner.c.n))
        return [Keyset(*row) for row in rows]


def _not_sortable(info: EntityInfo, name: str) -> NxcrmError:
    info.field(name)
    return NxcrmError(
        "not_sortable",
        f"{info.facts.plural} cannot be ordered by “{name}”.",
        safe="Nothing was changed.",
        todo=f"Order by one of: id, {', '.join(info.sortable)}.",
    )


def _contains(info: EntityInfo, column: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    if info.fields[condition.field].kind is Kind.TAGS:
        return func.instr(column, json.dumps(condition.value, ensure_ascii=False)) > 0
    return column.contains(str(condition.value), autoescape=True)


_COMPARISONS: Mapping[Compare, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    Compare.EQ: lambda column, value: column.is_(value) if value is None else column == value,
    Compare.NE: lambda column, value: column.is_distinct_from(value),
    Compare.LT: lambda column, value: column < value,
    Compare.LE: lambda column, value: column <= value,
    Compare.GT: lambda column, value: column > value,
    Compare.GE: lambda column, value: column >= value,
    Compare.IN: lambda column, value: column.in_(value),
    Compare.NULL: lambda column, _: column.is_(None),
    Compare.NOT_NULL: lambda column, _: column.is_not(None),
}


def _unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same column, for which SQLite uses no index (https://sqlite.org/optoverview.html, unary plus)."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def _condition(info: EntityInfo, column: ColumnElement[Any], condition: Condition) -> ColumnElement[bool]:
    if condition.compare is Compare.CONTAINS:
        return _contains(info, column, condition)
    return _COMPARISONS[condition.compare](column, condition.value)


def _lets_many_through(connection: Connection, info: EntityInfo, conditions: Sequence[Condition]) -> bool:
    """Whether there are filters with an index and each lets many rows through: to fetch and sort those takes longer
    than to walk the list in order."""
    table = METADATA.tables[info.name]
    indexed = {index.columns[0].name for index in table.indexes if isinstance(index.expressions[0], Column)}
    exact = (Compare.EQ, Compare.IN, Compare.NULL)
    tests = [_condition(info, table.c[c.field], c) for c in conditions if c.compare in exact and c.field in indexed]
    return bool(tests) and all(_is_wide(connection, table, test) for test in tests)


def _is_wide(connection: Connection, table: Table, test: ColumnElement[bool]) -> bool:
    some = select(literal(1)).select_from(table).where(test).limit(_FEW_FILTERED + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one()) > _FEW_FILTERED


def _search(connection: Connection, info: EntityInfo, wanted: str) -> tuple[Where, bool]:
    """The rows that what was typed finds (no condition when nothing was typed), and whether they are few."""
    if not wanted.strip():
        return [], False
    words = typed(wanted)
    if words.empty:
        return [literal(value=False)], True
    match = words.match((info.name,))
    table = METADATA.tables[info.name]
    few = connection.execute(text(_PROBE), {"found_by": match, "few": _FEW_FOUND + 1}).scalar_one()
    if few <= _FEW_FOUND:
        found = text(_MATCHES).bindparams(found_by=match).columns(METADATA.tables["search_doc"].c.row_id)
        return [table.c.id.in_(found)], True
    return [_words_of(table, info, words.alternatives)], False


def _words_of(table: Table, info: EntityInfo, alternatives: Sequence[Sequence[str]]) -> ColumnElement[bool]:
    doc = METADATA.tables["search_doc"]
    tests = [func.max(*(func.instr(doc.c.words, f" {word}") for word in choice), 0) > 0 for choice in alternatives]
    mine = and_(doc.c.row_id == table.c.id, doc.c.entity == info.name, *tests)
    return select(literal(1)).select_from(doc).where(mine).correlate(table).exists()
