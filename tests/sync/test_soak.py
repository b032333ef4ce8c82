"""A short soak: what `make soak` does for as long as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.run import soak


@pytest.mark.postgres
@pytest.mark.timeout(180)
def test_nothing_is_lost_while_everything_fails(tmp_path: Path, pg_database: str) -> None:
    told = soak(8, 7, tmp_path, pg_database)
    assert told.endswith("nothing lost")
    assert int(told.split()[0]) > 20
