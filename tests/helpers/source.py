"""The repository's own source as tests of its rules see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("nxcrm_desktop", "resources", "sync", "ui")


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file under `folders` of the repository, in a stable order."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    """The dotted name under which `path` is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree(path: Path) -> ast.Module:
    """The syntax tree of the file at `path`."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
