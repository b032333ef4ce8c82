"""Statements over many rows at once, in the words of each database. Only names of declared tables go into them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Table
from sqlalchemy.types import Integer

from sync.server.store.engine import is_sqlite
from sync.server.store.tables import METADATA

Values = tuple[Any, ...]


def quoted(name: str) -> str:
    """An identifier of ours in quotation marks (``user`` and ``transaction`` are words of SQL)."""
    return f'"{name}"'


def mark(connection: Connection) -> str:
    """The placeholder of one parameter."""
    return "?" if is_sqlite(connection) else "%s"


def among(connection: Connection, column: str) -> str:
    """A condition that the column is one of the values given by :func:`listed`, however many they are."""
    template = '"{}" IN (SELECT value FROM json_each(?))' if is_sqlite(connection) else '"{}" = ANY(%s)'
    return template.format(column)


def listed(connection: Connection, values: Collection[str] | Collection[int]) -> Any:
    """The parameter that goes with :func:`among`."""
    return json.dumps(list(values)) if is_sqlite(connection) else _array(values)


def fetch(connection: Connection, sql: str, *parameters: Any) -> list[Any]:
    """All rows of a query; each is a tuple. Its placeholders may be question marks on either database."""
    result = connection.exec_driver_sql(sql if is_sqlite(connection) else _spelt(sql), parameters)
    try:
        assert result.cursor is not None, "a query gives rows"
        return list(result.cursor.fetchall())  # plain tuples: rows with names cost as much again
    finally:
        result.close()


@lru_cache(maxsize=512)
def _spelt(sql: str) -> str:
    return sql.replace("?", "%s")


def select_among(
    connection: Connection, table: str, columns: Iterable[str], column: str, values: Collection[str], tail: str = ""
) -> list[Any]:
    """``columns`` of the rows whose ``column`` is one of ``values``."""
    if not values:
        return []
    names = ", ".join(map(quoted, columns))
    sql = f"SELECT {names} FROM {quoted(table)} WHERE {among(connection, column)} {tail}"  # noqa: S608 (declared names)
    return fetch(connection, sql, listed(connection, values))


def insert_many(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values], conflict: str = ""
) -> None:
    """Insert the rows by one prepared statement. ``conflict`` is an ON CONFLICT clause."""
    if not rows:
        return
    if is_sqlite(connection):
        connection.exec_driver_sql(_insert_sqlite(table.name, tuple(columns), conflict), list(rows))
    else:
        filled, arrays = _filled(columns, rows)
        connection.exec_driver_sql(_insert_arrays(table.name, filled, conflict), arrays)


def update_many(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values], *, key: str = "id"
) -> None:
    """Set ``columns`` of rows by their ``key``. Each row is (*values, key)."""
    if not rows:
        return
    if is_sqlite(connection):
        connection.exec_driver_sql(_update_sqlite(table.name, tuple(columns), key), list(rows))
    else:
        connection.exec_driver_sql(_update_arrays(table.name, tuple(columns), key), _arrays(rows))


def _arrays(rows: Sequence[Values]) -> Values:
    return tuple(_array(column) for column in zip(*rows, strict=True))


def _filled(columns: Sequence[str], rows: Sequence[Values]) -> tuple[tuple[str, ...], Values]:
    """Those columns that are not null throughout (the database makes them so), and their values."""
    told = [(name, c) for name, c in zip(columns, zip(*rows, strict=True), strict=True) if c.count(None) < len(c)]
    return tuple(name for name, _ in told), tuple(_array(column) for _, column in told)


def _array(column: Iterable[Any]) -> str:
    """An array in PostgreSQL's own notation (manual, 8.15.6): the driver needs several times as long for each."""
    return "{" + ",".join([_element(value) for value in column]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(int(value))


@lru_cache(maxsize=512)
def _insert_sqlite(table: str, columns: tuple[str, ...], conflict: str) -> str:
    names, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
    return f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks}) {conflict}"  # noqa: S608 (declared names)


@lru_cache(maxsize=512)
def _insert_arrays(table: str, columns: tuple[str, ...], conflict: str) -> str:
    names, marks = ", ".join(map(quoted, columns)), _typed_marks(table, columns)
    return f"INSERT INTO {quoted(table)} ({names}) SELECT * FROM unnest({marks}) {conflict}"  # noqa: S608 (as above)


@lru_cache(maxsize=512)
def _update_sqlite(table: str, columns: tuple[str, ...], key: str) -> str:
    settings = ", ".join(f"{quoted(name)} = ?" for name in columns)
    return f"UPDATE {quoted(table)} SET {settings} WHERE {quoted(key)} = ?"  # noqa: S608 (as above)


@lru_cache(maxsize=512)
def _update_arrays(table: str, columns: tuple[str, ...], key: str) -> str:
    settings = ", ".join(f"{quoted(name)} = given.{quoted(name)}" for name in columns)
    names, marks = ", ".join(map(quoted, (*columns, key))), _typed_marks(table, (*columns, key))
    source = f"unnest({marks}) AS given ({names})"
    same = f"{quoted(table)}.{quoted(key)} = given.{quoted(key)}"
    return f"UPDATE {quoted(table)} SET {settings} FROM {source} WHERE {same}"  # noqa: S608 (as above)


def _typed_marks(table: str, columns: Sequence[str]) -> str:
    return ", ".join(f"%s::{_array_type(table, name)}" for name in columns)


def _array_type(table: str, column: str) -> str:
    kind = METADATA.tables[table].columns[column].type
    if isinstance(kind, BigInteger):
        return "bigint[]"
    return "integer[]" if isinstance(kind, Integer) else "text[]"
