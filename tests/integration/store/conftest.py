"""A store for each test, closed after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.sync_store import SyncStore
from tests.helpers.stores import fresh_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store at tmp_path/store.db."""
    opened = fresh_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sync_store(store: Store) -> SyncStore:
    """The store as sync sees it."""
    return SyncStore(store)
