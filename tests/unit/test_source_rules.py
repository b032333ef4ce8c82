"""Rules of the house that no off-the-shelf linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.helpers.source import PACKAGES, module_name, python_files, tree

_QUERY_ROOMS = ("nxcrm_desktop.store", "nxcrm_desktop.privacy", "nxcrm_desktop.reports", "sync.server.store")
_MIGRATIONS = ("sync.server.migrations",)
_QUERY_NAMES = frozenset(
    ["select", "text", "insert", "update", "delete", "exists", "union", "union_all", "intersect", "except_", "values"]
)
_RAW_CALLS = frozenset({"exec_driver_sql", "executescript"})


def _within(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def _may_query(module: str) -> bool:
    return _within(module, _QUERY_ROOMS + _MIGRATIONS)


def _is_sqlalchemy(name: str | None) -> bool:
    return name is not None and name.split(".")[0] == "sqlalchemy"


def _imports(node: ast.AST) -> Iterator[str]:
    """What `node` imports of SQLAlchemy that can make a query."""
    if isinstance(node, ast.ImportFrom) and _is_sqlalchemy(node.module):
        yield from (alias.name for alias in node.names if alias.name in _QUERY_NAMES or alias.name == "*")
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if _is_sqlalchemy(alias.name))


def _raw_sql(node: ast.AST) -> Iterator[str]:
    """The calls in `node` that hand SQL text to a database."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    literal = bool(node.args) and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    if node.func.attr in _RAW_CALLS or (node.func.attr in {"execute", "executemany"} and literal):
        yield node.func.attr


def queries(module: ast.Module) -> list[str]:
    """`line: name` for each place in `module` that builds or sends a query."""
    found = ((node, name) for node in ast.walk(module) for name in [*_imports(node), *_raw_sql(node)])
    return [f"{getattr(node, 'lineno', 0)}: {name}" for node, name in found]


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select",
        "from sqlalchemy.sql import text as sql",
        "from sqlalchemy import *",
        "import sqlalchemy as sa",
        "cursor.execute('DELETE FROM lead')",
        "connection.exec_driver_sql(statement)",
    ],
)
def test_the_rule_sees_a_query(source: str) -> None:
    assert queries(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import Integer, String",
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column",
        "command.execute(arguments)",
    ],
)
def test_the_rule_lets_declarations_pass(source: str) -> None:
    assert not queries(ast.parse(source))


def test_queries_are_made_only_where_they_belong() -> None:
    strays = [
        f"{path}:{query}"
        for path in python_files(*PACKAGES)
        if not _may_query(module_name(path))
        for query in queries(tree(path))
    ]
    assert not strays, "queries outside store, privacy, reports and sync/server/store:\n" + "\n".join(strays)


def test_every_file_can_be_read_in_one_sitting() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*PACKAGES, "tests")}
    assert not {str(path): lines for path, lines in lengths.items() if lines > 400}


def test_every_module_says_what_it_is_for() -> None:
    assert not [str(path) for path in python_files(*PACKAGES) if not ast.get_docstring(tree(path))]


def _translated(node: ast.AST) -> bool:
    """Whether `node` is tr(f"…"): lupdate extracts such a text wrongly."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"tr", "translate"} and any(isinstance(argument, ast.JoinedStr) for argument in node.args)


def test_no_translated_text_is_an_f_string() -> None:
    assert _translated(ast.parse('self.tr(f"Hello {name}")', mode="eval").body)
    assert not [f"{path}:{n.lineno}" for path in python_files("ui") for n in ast.walk(tree(path)) if _translated(n)]  # type: ignore[attr-defined]
