"""What leaves a store: frozen records, and the description of the list one wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Value = str | int | None
"""Every stored value: text, a 64-bit integer, or null (see ``Kind``)."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row, detached and immutable. ``record["name"]`` reads a column."""

    entity: str
    values: Mapping[str, Value]

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    @property
    def id(self) -> str:
        """The row's id."""
        return str(self.values["id"])

    def text(self, name: str) -> str:
        """A column as text; null is the empty string."""
        value = self.values[name]
        return "" if value is None else str(value)

    def integer(self, name: str) -> int:
        """An integer column; null is 0."""
        value = self.values[name]
        return int(value) if value is not None else 0

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)


class Compare(StrEnum):
    """Comparisons of list filters."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    CONTAINS = "contains"
    NULL = "null"
    NOT_NULL = "not_null"


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter of a list: a column, a comparison and its operand (a tuple for IN, None for NULL)."""

    field: str
    compare: Compare = Compare.EQ
    value: Value | tuple[Value, ...] = None


@dataclass(frozen=True, slots=True)
class Keyset:
    """A position in an ordered list: the order column's value and the id of the row just before."""

    value: Value
    id: str


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list: entity, filters, full-text search, order. ``order`` must be a sortable column or ``id``.

    Nulls sort last in both directions; ties are broken by id. ``columns`` empty means all.
    """

    entity: str
    where: tuple[Condition, ...] = ()
    search: str = ""
    order: str = "updated_at"
    descending: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and where the next begins (None at the end)."""

    rows: tuple[Record, ...]
    next: Keyset | None


EMPTY: Final[Mapping[str, Value]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Ids changed by one commit, by entity, and by whom: ``local`` edits, ``sync``, ``papers`` (where bytes are)."""

    changed: Mapping[str, frozenset[str]]
    deleted: Mapping[str, frozenset[str]]
    origin: str = "local"
