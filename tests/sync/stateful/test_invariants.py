"""I1 to I8 under whatever order of edits, syncs, lost replies and deaths hypothesis and a seeded simulation make up.

``SYNC_EXAMPLES=500`` searches longer and at random; ``SYNC_SEED=7 SYNC_STEPS=300`` runs one simulation of one's choice.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from nxcrm_desktop.domain.facts import Role
from sync.server.store import feed
from sync.server.store.engine import make_engine
from tests.helpers.devices import Device
from tests.sync.stateful import restores, upheavals
from tests.sync.stateful.invariants import check_at_rest
from tests.sync.stateful.simulation import simulate
from tests.sync.stateful.world import CALLS, DEAL_FIELDS, EXECUTIVES, FIELDS, LAPTOPS, STAFF, World

EXAMPLES = int(os.environ.get("SYNC_EXAMPLES", "0"))
SEED = int(os.environ.get("SYNC_SEED", "0"))
STEPS = int(os.environ.get("SYNC_STEPS", "70"))

laptops = st.integers(0, len(LAPTOPS) - 1)
picks = st.integers(0, 11)


class Organisation(RuleBasedStateMachine):
    """Any rule at any time on any laptop; every invariant at the end, and whenever hypothesis likes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="nxcrm-stateful-")
        self.database = make_engine(f"sqlite:///{self.folder.name}/server.db")
        self.world = World(Path(self.folder.name), self.database)

    def teardown(self) -> None:
        try:
            check_at_rest(self.world)
        finally:
            self.world.close()
            self.database.dispose()
            self.folder.cleanup()

    def device(self, laptop: int) -> Device:
        return self.world.devices[laptop]

    @rule(laptop=laptops, pick=picks, field=st.sampled_from(FIELDS))
    def edit(self, laptop: int, pick: int, field: str) -> None:
        self.world.edit_lead(self.device(laptop), pick, field)

    @rule(pick=picks, field=st.sampled_from(FIELDS))
    def edit_the_same_on_all_laptops(self, pick: int, field: str) -> None:
        for device in self.world.devices:
            self.world.edit_lead(device, pick, field)

    @rule(laptop=laptops)
    def create(self, laptop: int) -> None:
        self.world.create_lead(self.device(laptop))

    @rule(laptop=laptops, pick=picks)
    def note(self, laptop: int, pick: int) -> None:
        self.world.add_note(self.device(laptop), pick)

    @rule(laptop=laptops, pick=picks)
    def task(self, laptop: int, pick: int) -> None:
        self.world.add_task(self.device(laptop), pick)

    @rule(laptop=laptops, pick=picks)
    def finish(self, laptop: int, pick: int) -> None:
        self.world.finish_task(self.device(laptop), pick)

    @rule(laptop=laptops, pick=picks)
    def sell(self, laptop: int, pick: int) -> None:
        self.world.sell(self.device(laptop), pick)

    @rule(laptop=laptops, pick=picks)
    def pay(self, laptop: int, pick: int) -> None:
        self.world.pay(self.device(laptop), pick)

    @rule(laptop=laptops, pick=picks, field=st.sampled_from(DEAL_FIELDS))
    def edit_deal(self, laptop: int, pick: int, field: str) -> None:
        self.world.edit_deal(self.device(laptop), pick, field)

    @rule(pick=picks, to=st.sampled_from(tuple(STAFF)))
    def reassign(self, pick: int, to: str) -> None:
        self.world.reassign(pick, to)

    @rule(laptop=laptops, pick=picks)
    def delete(self, laptop: int, pick: int) -> None:
        self.world.delete_lead(self.device(laptop), pick)

    @rule(laptop=laptops, pick=picks, take=st.sampled_from(("mine", "server")))
    def resolve(self, laptop: int, pick: int, take: str) -> None:
        self.world.resolve(self.device(laptop), pick, take)

    @rule(pick=picks)
    def erase(self, pick: int) -> None:
        self.world.erase(pick)

    @rule(name=st.sampled_from(EXECUTIVES), under_boss=st.booleans())
    def move(self, name: str, under_boss: bool) -> None:
        self.world.move(name, under_boss=under_boss)

    @rule(name=st.sampled_from(EXECUTIVES), role=st.sampled_from(upheavals.ROLES))
    def change_role(self, name: str, role: Role) -> None:
        upheavals.change_role(self.world, name, role)

    @rule(name=st.sampled_from(EXECUTIVES), active=st.booleans())
    def leave_or_return(self, name: str, active: bool) -> None:
        upheavals.set_active(self.world, name, active=active)

    @rule(name=st.sampled_from(tuple(STAFF)))
    def new_laptop(self, name: str) -> None:
        upheavals.new_laptop(self.world, name)

    @rule()
    def compact(self) -> None:
        upheavals.compact_history(self.world)

    @rule(pick=st.integers(0, 3))
    def take_up_a_refused_edit(self, pick: int) -> None:
        upheavals.take_up(self.world, pick)

    @rule()
    def keep_server(self) -> None:
        restores.keep_server(self.world)

    @rule()
    def put_server_back(self) -> None:
        restores.put_server_back(self.world)

    @rule(laptop=laptops)
    def keep_laptop(self, laptop: int) -> None:
        restores.keep_laptop(self.world, self.device(laptop))

    @rule(laptop=laptops)
    def put_laptop_back(self, laptop: int) -> None:
        restores.put_laptop_back(self.world, self.device(laptop))

    @rule(laptop=laptops)
    def clone(self, laptop: int) -> None:
        restores.clone(self.world, self.device(laptop))

    @rule(laptop=laptops, pick=st.integers(0, 60))
    def deliver_late(self, laptop: int, pick: int) -> None:
        upheavals.deliver_late(self.device(laptop), pick)

    @rule(laptop=laptops)
    def sync(self, laptop: int) -> None:
        self.world.sync(self.device(laptop))

    @rule(laptop=laptops, pick=picks, field=st.sampled_from(FIELDS))
    def sync_while_typing(self, laptop: int, pick: int, field: str) -> None:
        self.world.sync_editing(self.device(laptop), pick, field)

    @rule(laptop=laptops, call=st.sampled_from(CALLS), nth=st.integers(1, 3))
    def lose_a_reply(self, laptop: int, call: str, nth: int) -> None:
        self.world.sync_losing(self.device(laptop), call, nth)

    @rule(laptop=laptops)
    def send_twice(self, laptop: int) -> None:
        self.world.sync_twice(self.device(laptop))

    @rule(laptop=laptops, after=st.integers(0, 6))
    def cancel(self, laptop: int, after: int) -> None:
        self.world.sync_cancelled(self.device(laptop), after)

    @rule(laptop=laptops, steps=st.integers(0, 300))
    def die(self, laptop: int, steps: int) -> None:
        self.world.sync_dying(self.device(laptop), steps)


@pytest.mark.timeout(600)
def test_invariants_hold_in_any_order_of_things() -> None:
    how = settings(
        max_examples=EXAMPLES or 10,
        stateful_step_count=25,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Organisation, settings=how)


@pytest.mark.parametrize("seed", [SEED] if SEED else range(1, 5))
def test_invariants_hold_on_sqlite(tmp_path: Path, seed: int) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/server.db")
    simulate(tmp_path, engine, seed, STEPS)
    engine.dispose()


def test_a_failure_is_seen_again_from_its_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(name: str) -> list[str]:
        folder = tmp_path / name
        folder.mkdir()
        engine = make_engine(f"sqlite:///{folder}/server.db")
        try:
            return simulate(folder, engine, 3, 70)
        finally:
            engine.dispose()

    assert run("first") == run("second") != []
    monkeypatch.setattr(feed, "heirs", lambda *_: ())  # children stay behind when their lead is given away
    failures = []
    for name in ("third", "fourth"):
        with pytest.raises(AssertionError) as caught:
            run(name)
        assert caught.value.__notes__ == ["To see it again: SYNC_SEED=3 SYNC_STEPS=70 pytest tests/sync/stateful"]
        failures.append(caught.traceback[-1].lineno)
    assert failures[0] == failures[1]


@pytest.mark.postgres
@pytest.mark.parametrize("seed", [SEED] if SEED else range(11, 13))
def test_invariants_hold_on_postgresql(tmp_path: Path, pg_database: str, seed: int) -> None:
    engine = make_engine(pg_database)
    simulate(tmp_path, engine, seed, STEPS)
    engine.dispose()
