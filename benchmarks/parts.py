"""The parts of the benchmarks, and how one of them is measured."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path

from benchmarks.figures import Figure

PARTS = {
    "import": "benchmarks.importing",
    "store": "benchmarks.store",
    "server": "benchmarks.server",
    "sync": "benchmarks.sync",
    "fleet": "benchmarks.fleet",
    "streams": "benchmarks.streams",
    "unlock": "benchmarks.unlocking",
    "desktop": "benchmarks.desktop",
}
"""What each part is measured by: a module with ``measure(folder) -> list[Figure]``, given an empty folder."""


def measure(part: str) -> list[Figure]:
    """The figures of one part. Runs in a process of its own, so that no part is measured in the remains of another."""
    with tempfile.TemporaryDirectory(prefix="nxcrm-bench-") as folder:
        made: list[Figure] = importlib.import_module(PARTS[part]).measure(Path(folder))
    return [figure.of(part) for figure in made]
