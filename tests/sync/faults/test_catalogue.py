"""docs/explanation/sync-faults.md is complete and true."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.helpers.source import ROOT

_PAGE = ROOT / "docs/explanation/sync-faults.md"
_FAULTS = 41
"""As many as the design of sync lists."""


def table() -> dict[str, list[str]]:
    """Fault → the tests that inject it, as the page has it."""
    lines = [line.split("|") for line in _PAGE.read_text(encoding="utf-8").splitlines() if "::" in line]
    return {fault.strip(): [name.strip() for name in tests.split(",")] for _, fault, tests, _ in lines}


def functions_of(path: Path) -> set[str]:
    """Names of the test functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test")}


def test_every_fault_of_the_design_has_its_tests() -> None:
    assert len(table()) == _FAULTS
    assert all(table().values())


@pytest.mark.parametrize("fault", table())
def test_every_test_of_the_table_exists(fault: str) -> None:
    for name in table()[fault]:
        file, _, function = name.partition("::")
        assert function in functions_of(ROOT / file)


def test_every_test_of_a_fault_is_in_the_table() -> None:
    named = {name for names in table().values() for name in names}
    for path in Path(__file__).parent.glob("test_*.py"):
        if path.name != Path(__file__).name:
            assert {f"{path.relative_to(ROOT)}::{name}" for name in functions_of(path)} <= named
