"""Where a windowed list reads from, and what one read brings back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from nxcrm_desktop.domain.records import Keyset, ListQuery, Page, Record

PAGE = 100
"""Rows of one page."""

Titles = Mapping[tuple[str, str], str]
"""(entity, id) → what the row is called."""


class Source(Protocol):
    """A service that pages one kind of record. Called on reader threads."""

    def page(self, query: ListQuery, *, limit: int, after: Keyset | None = None) -> Page:
        """One page after a position."""

    def count(self, query: ListQuery) -> int:
        """How many rows match."""

    def anchors(self, query: ListQuery, step: int) -> list[Keyset]:
        """The position of every ``step``-th row."""


@dataclass(frozen=True)
class Snapshot:
    """What one read found: the count, where pages begin (page 0 has None), some pages, and titles of referred rows."""

    query: ListQuery
    count: int
    starts: Mapping[int, Keyset | None]
    pages: Mapping[int, tuple[Record, ...]] = field(default_factory=dict)
    titles: Titles = field(default_factory=dict)


class Reader:
    """Reads snapshots; holds no state, so any thread may use it."""

    def __init__(self, source: Source, titles_of: Callable[[list[Record]], Titles]) -> None:
        self._source = source
        self._titles_of = titles_of

    def first(self, query: ListQuery) -> Snapshot:
        """The beginning of the list, as fast as can be: one page and the count."""
        page = self._source.page(query, limit=PAGE)
        count = len(page.rows) if page.next is None else self._source.count(query)
        starts: dict[int, Keyset | None] = {0: None} if page.next is None else {0: None, 1: page.next}
        return Snapshot(query, count, starts, {0: page.rows}, self._titles_of(list(page.rows)))

    def again(self, query: ListQuery, wanted: tuple[int, ...]) -> Snapshot:
        """The list anew, with the pages that are being looked at."""
        count = self._source.count(query)
        starts = self.starts(query, count)
        return self.pages(query, count, starts, tuple(number for number in wanted if number in starts))

    def starts(self, query: ListQuery, count: int) -> dict[int, Keyset | None]:
        """Where every page begins."""
        starts: dict[int, Keyset | None] = {0: None}
        if count > PAGE:
            starts.update(enumerate(self._source.anchors(query, PAGE), start=1))
        return starts

    def pages(
        self, query: ListQuery, count: int, starts: Mapping[int, Keyset | None], wanted: tuple[int, ...]
    ) -> Snapshot:
        """Some pages whose beginnings are known."""
        pages = {number: self._source.page(query, limit=PAGE, after=starts[number]).rows for number in wanted}
        records = [record for rows in pages.values() for record in rows]
        return Snapshot(query, count, starts, pages, self._titles_of(records))
