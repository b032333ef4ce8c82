"""Whatever is typed, synced, backed up and put back, in whatever order: in the end everything typed is there, once."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, example, given, settings, strategies as st
from sqlalchemy import select

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from sync.server.store.engine import read_snapshot
from sync.server.store.tables import ENTITY_TABLES
from tests.helpers.devices import Device, Server
from tests.sync.evolution.test_restored_server import Backup, next_day
from tests.sync.server.office import Office

STEPS = st.tuples(st.sampled_from(["create", "change", "sync", "sync", "back up", "put back"]), st.integers(0, 1))


class _Story:
    def __init__(self, office: Office) -> None:
        self.office = office
        folder = Path(mkdtemp(prefix="nxcrm-story-"))
        user = office.user(f"u{new_id()}")
        self.laptops = [Device(folder, Server(office.engine), user, Role.SALES) for _ in range(2)]
        self.backup = Backup(office, folder)
        self.made: dict[str, str] = {}
        self.word = 0

    def step(self, what: str, which: int) -> None:
        device = self.laptops[which]
        match what:
            case "create" | "change":
                self._type(device, which, change=what == "change")
            case "sync":
                next_day(device).sync()
            case "back up":
                self.backup = Backup(self.office, self.laptops[0].path.parent)
            case "put back":
                self.backup.put_back()

    def _type(self, device: Device, which: int, *, change: bool) -> None:
        """Each laptop changes the rows that it made: what two typed in one field is another test's matter."""
        self.word += 1
        mine = [row_id for row_id, row in device.rows("lead").items() if row["city"] == f"of {which}"]
        with device.write() as work:
            if change and mine:
                work.update("lead", mine[0], {"name": f"Name {self.word}"})
                self.made[mine[0]] = f"Name {self.word}"
            else:
                values = {"name": f"Name {self.word}", "stage": "new", "city": f"of {which}"}
                self.made[work.create("lead", values)] = f"Name {self.word}"

    def end(self) -> None:
        for _ in range(2):
            for device in self.laptops:
                assert next_day(device).sync().complete
        lead = ENTITY_TABLES["lead"].c
        with read_snapshot(self.office.engine) as connection:
            stored = dict(map(tuple, connection.execute(select(lead.id, lead.name).where(lead.id.in_(self.made)))))
            kept = connection.execute(select(ENTITY_TABLES["conflict"].c.mine)).scalars().all()
        for row_id, name in self.made.items():
            assert stored[row_id] == name or any(name in str(mine) for mine in kept)
        for device in self.laptops:
            assert {i: row["name"] for i, row in device.rows("lead").items()} == stored
            device.close()
        self.office.check()


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=10))
@example([("create", 0), ("sync", 0), ("put back", 0), ("create", 1), ("sync", 1), ("sync", 0)])
@example(
    [("create", 0), ("sync", 0), ("back up", 0), ("change", 0), ("sync", 0), ("sync", 1), ("put back", 0), ("sync", 1)]
)
def test_nothing_typed_is_lost_or_doubled(office: Office, steps: list[tuple[str, int]]) -> None:
    story = _Story(office)
    for what, which in steps:
        story.step(what, which)
    story.end()
