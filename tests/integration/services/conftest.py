"""A store, and the people who work with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import device_store, staff


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new encrypted store with the usual stages."""
    with device_store(tmp_path) as made:
        yield made


@pytest.fixture
def asha(store: Store) -> Actor:
    """A sales executive."""
    return staff(store, "Asha Rao")


@pytest.fixture
def meera(store: Store) -> Actor:
    """A manager."""
    return staff(store, "Meera Iyer", Role.MANAGER)
