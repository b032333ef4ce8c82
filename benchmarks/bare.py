"""The yardstick: rows written by one prepared ``executemany`` and its commit, and nothing else."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import seconds
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store.engine import create_store
from nxcrm_desktop.store.statements import statements

NAME = "bare executemany"


def bare(folder: Path, rows: Sequence[Sequence[Value]], entity: str = "lead", *, times: int = 3) -> float:
    """Seconds (median) to put whole rows into an empty encrypted store: same tables, same indexes, same cipher."""
    return statistics.median(_once(folder / f"bare-{n}.db", rows, entity) for n in range(times))


def _once(path: Path, rows: Sequence[Sequence[Value]], entity: str) -> float:
    store = create_store(path, os.urandom(32))

    def write() -> None:
        with store.transaction() as (connection, _):
            connection.connection.cursor().executemany(statements(entity).insert, rows)

    spent = seconds(write)
    store.close()
    path.unlink()
    return spent
