"""A deterministic run of an organisation: the same seed makes the same people do the same things in the same order."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from tests.helpers.devices import Device
from tests.sync.stateful.invariants import check_at_rest
from tests.sync.stateful.world import CALLS, DEAL_FIELDS, EXECUTIVES, FIELDS, STAFF, World

Action = Callable[[World, random.Random, Device, int], None]

EDITS: list[Action] = [
    *[lambda world, chance, device, pick: world.edit_lead(device, pick, chance.choice(FIELDS))] * 12,
    lambda world, chance, device, pick: world.create_lead(device),
    lambda world, chance, device, pick: world.add_note(device, pick),
    lambda world, chance, device, pick: world.add_task(device, pick),
    lambda world, chance, device, pick: world.finish_task(device, pick),
    lambda world, chance, device, pick: world.sell(device, pick),
    lambda world, chance, device, pick: world.pay(device, pick),
    lambda world, chance, device, pick: world.edit_deal(device, pick, chance.choice(DEAL_FIELDS)),
    lambda world, chance, device, pick: world.reassign(pick, chance.choice(tuple(STAFF))),
    lambda world, chance, device, pick: world.delete_lead(device, pick),
    lambda world, chance, device, pick: world.resolve(device, pick, chance.choice(("mine", "server"))),
]
SYNCS: list[Action] = [
    *[lambda world, chance, device, pick: world.sync(device)] * 3,
    lambda world, chance, device, pick: world.sync_losing(device, chance.choice(CALLS), chance.randint(1, 3)),
    lambda world, chance, device, pick: world.sync_twice(device),
    lambda world, chance, device, pick: world.sync_editing(device, pick, chance.choice(FIELDS)),
    lambda world, chance, device, pick: world.sync_cancelled(device, chance.randint(0, 6)),
    lambda world, chance, device, pick: world.sync_dying(device, chance.randint(0, 300)),
]
RARITIES: list[Action] = [
    lambda world, chance, device, pick: world.erase(pick),
    lambda world, chance, device, pick: world.move(chance.choice(EXECUTIVES), under_boss=chance.random() < 0.7),
]


def simulate(folder: Path, engine: Engine, seed: int, steps: int) -> None:
    """Run ``steps`` random actions, a third of them syncs, then check every invariant."""
    world = World(folder, engine)
    try:
        chance = random.Random(seed)
        for _ in range(steps):
            actions = chance.choices((EDITS, SYNCS, RARITIES), (70, 27, 3))[0]
            chance.choice(actions)(world, chance, chance.choice(world.devices), chance.randrange(1000))
        check_at_rest(world)
    finally:
        world.close()
