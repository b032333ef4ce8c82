"""Real encrypted devices of a small organisation, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nxcrm_desktop.domain.facts import Role
from tests.helpers.devices import Device, Server
from tests.sync.server.conftest import office, pg_copy, pg_template, sqlite_template
from tests.sync.server.office import Office

__all__ = ["office", "pg_copy", "pg_template", "sqlite_template"]
Laptop = Callable[[str, Role], Device]


@pytest.fixture
def laptop(office: Office, tmp_path: Path) -> Iterator[Laptop]:
    """Makes an enrolled device of a member of staff; closed at the end."""
    made: list[Device] = []
    server = Server(office.engine)

    def make(user_id: str, role: Role) -> Device:
        made.append(Device(tmp_path, server, user_id, role))
        return made[-1]

    yield make
    for device in made:
        device.close()
