"""Prepared statements of the hot paths: one set per entity, in the dictionary's column order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from nxcrm_desktop.domain.dictionary import EntityInfo, entity


@dataclass(frozen=True, slots=True)
class Statements:
    """SQL text for whole rows of one entity.

    ``several`` reads rows of ids, for membership.in_chunks; ``searchable`` are the places of columns that are indexed.
    """

    info: EntityInfo
    get: str
    several: str
    insert: str
    delete: str
    searchable: frozenset[int]


def quoted(names: Iterable[str]) -> str:
    """Column names, quoted and separated by commas. They come from the dictionary, never from input."""
    return ", ".join(f'"{name}"' for name in names)


@cache
def statements(name: str) -> Statements:
    """The statements of an entity. Raises NxcrmError ``unknown_entity``."""
    info = entity(name)
    columns = quoted(info.columns)
    marks = ", ".join("?" * len(info.columns))
    return Statements(
        info=info,
        get=f'SELECT {columns} FROM "{name}" WHERE id = ?',  # noqa: S608 (names of the dictionary)
        several=f'SELECT {columns} FROM "{name}" WHERE id IN ({{}})',  # noqa: S608
        insert=f'INSERT INTO "{name}" ({columns}) VALUES ({marks})',  # noqa: S608
        delete=f'DELETE FROM "{name}" WHERE id = ?',  # noqa: S608
        searchable=frozenset(info.columns.index(column) for column in info.searchable),
    )


@cache
def update_statement(name: str, columns: tuple[str, ...]) -> str:
    """Set some columns of one row: values in the order given, then the id."""
    sets = ", ".join(f'"{column}" = ?' for column in columns)
    return f'UPDATE "{name}" SET {sets} WHERE id = ?'  # noqa: S608
