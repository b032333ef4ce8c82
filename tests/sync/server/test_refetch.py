"""A scope that does not add up is fetched again, and nothing is missed in between."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from tests.helpers.devices import Device, Server
from tests.sync.server.office import Office


def test_rows_stay_until_those_that_replace_them_have_come(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    device = Device(tmp_path, Server(office.engine), asha, Role.SALES)
    office.put("lead", name="Ravi", stage="new", owner_id=asha)
    device.sync()
    with device.store.transaction() as (connection, _):
        connection.connection.cursor().execute("UPDATE checksum SET sum = '0000000000000000'")
    calls = count(1)

    def cut_off(name: str) -> None:
        if name == "pull" and next(calls) > 1:
            raise NxcrmError("server_unreachable", "The network went away.")

    device.api.before = cut_off
    with pytest.raises(NxcrmError, match="server_unreachable"):
        device.engine.run()
    assert len(device.rows("lead")) == 1
    assert device.sync().complete
    assert len(device.api.refetched) > 0
    assert len(device.rows("lead")) == 1
    device.close()
