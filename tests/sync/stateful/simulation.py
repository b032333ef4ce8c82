"""A deterministic run of an organisation: the same seed makes the same people do the same things in the same order."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from nxcrm_desktop.domain.ids import is_id
from nxcrm_desktop.store.outbox import OutboxEntry
from tests.helpers.devices import Device
from tests.sync.stateful import restores, upheavals
from tests.sync.stateful.in_step import in_step
from tests.sync.stateful.invariants import check_at_rest
from tests.sync.stateful.world import CALLS, DEAL_FIELDS, EXECUTIVES, FIELDS, STAFF, World

Action = Callable[[World, random.Random, Device, int], None]
_DIFFERENT = ("happened_at", "completed_at")

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
    lambda world, chance, device, pick: upheavals.deliver_late(device, pick),
]
RARITIES: list[Action] = [
    lambda world, chance, device, pick: world.erase(pick),
    lambda world, chance, device, pick: world.move(chance.choice(EXECUTIVES), under_boss=chance.random() < 0.7),
    lambda world, chance, device, pick: upheavals.change_role(
        world, chance.choice(EXECUTIVES), chance.choice(upheavals.ROLES)
    ),
    lambda world, chance, device, pick: upheavals.set_active(
        world, chance.choice(EXECUTIVES), active=chance.random() < 0.6
    ),
    lambda world, chance, device, pick: upheavals.new_laptop(world, chance.choice(tuple(STAFF))),
    lambda world, chance, device, pick: upheavals.compact_history(world),
    lambda world, chance, device, pick: upheavals.take_up(world, pick),
    lambda world, chance, device, pick: restores.keep_server(world),
    lambda world, chance, device, pick: restores.put_server_back(world),
    lambda world, chance, device, pick: restores.keep_laptop(world, device),
    lambda world, chance, device, pick: restores.put_laptop_back(world, device),
    lambda world, chance, device, pick: restores.clone(world, device),
]


def simulate(folder: Path, engine: Engine, seed: int, steps: int) -> list[str]:
    """Run ``steps`` random actions, a quarter of them syncs, then check every invariant.

    Returns all that was typed, laptop by laptop. What fails says how to see it fail again.
    """
    with in_step():
        return _simulated(folder, engine, seed, steps)


def _simulated(folder: Path, engine: Engine, seed: int, steps: int) -> list[str]:
    world = World(folder, engine)
    try:
        chance = random.Random(seed)
        for _ in range(steps):
            actions = chance.choices((EDITS, SYNCS, RARITIES), (66, 27, 7))[0]
            chance.choice(actions)(world, chance, chance.choice(world.devices), chance.randrange(1000))
        check_at_rest(world)
        return history(world)
    except BaseException as error:
        error.add_note(f"To see it again: SYNC_SEED={seed} SYNC_STEPS={steps} pytest tests/sync/stateful")
        raise
    finally:
        world.close()


def history(world: World) -> list[str]:
    """Every edit of every laptop in order, without what differs from run to run: ids and times."""
    return [
        f"{laptop} {n} {entry.op} {entry.entity} {_words(entry)}"
        for laptop, device in enumerate(world.devices)
        for n, entry in enumerate(world.typed[device].values(), 1)
    ]


def _words(entry: OutboxEntry) -> list[str]:
    new = {name: value for name, (_, value) in entry.fields.items() if value is not None}
    return [f"{name}={value}" for name, value in sorted(new.items()) if name not in _DIFFERENT and not is_id(value)]
