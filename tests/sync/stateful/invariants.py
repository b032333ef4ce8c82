"""I1 to I8 of the sync design, checked on an organisation in which everybody has synced and nobody types."""

from __future__ import annotations

import json
from collections import defaultdict

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Merge
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store.outbox import OutboxEntry
from sync.protocol.messages import Mutation, Result
from sync.server.services.push import _digest
from tests.helpers.devices import Device
from tests.sync.stateful.oracle import Truth
from tests.sync.stateful.restores import archived
from tests.sync.stateful.upheavals import call_everybody_back
from tests.sync.stateful.world import World, check_nothing_half_stored

ROUNDS = 6
_PAYMENT = "payment_entry"


def bring_to_rest(world: World) -> None:
    """Everybody syncs until nothing moves any more; if it never stops, that is a finding."""
    for _ in range(ROUNDS):
        summaries = [world.finish(device) for device in world.devices]
        assert all(summary.complete for summary in summaries)
        if not any(summary.pushed or summary.pulled for summary in summaries):
            return
    raise AssertionError("sync never comes to rest")


def check_at_rest(world: World) -> None:
    """Bring to rest, then check every invariant; that nothing had to be mended on the way is one of them (I7)."""
    call_everybody_back(world)
    bring_to_rest(world)
    truth = Truth(world.server.engine)
    assert truth.stored_sums == truth.sums(), "the server's own checksums are those of its rows"
    for device in world.devices:
        check_projection(device, truth)
        assert device.api.refetched == [], "rows and cursor were not of one state"
        check_nothing_half_stored(device, set())
        check_each_edit_has_one_result(world, device, truth)
    check_no_value_lost(world, truth)
    check_erased_stay_away(world, truth)
    check_money(world, truth)


def check_projection(device: Device, truth: Truth) -> None:
    """I1, I3, I4: the device shows what its user may see of the server: every row of it, and not one row more."""
    user = device.actor.user_id
    expected = truth.projection(user)
    shown = {(name, row_id): row for name in ENTITIES for row_id, row in _rows(device, name).items()}
    assert shown.keys() - expected.keys() == set(), "rows that do not belong here"
    assert expected.keys() - shown.keys() == set(), "rows that never came"
    assert {key: shown[key] for key in expected} == expected
    kept = {(c.scope, c.table): (c.count, c.sum) for c in device.sync_store.checksums()}
    assert kept == truth.sums(user)
    assert device.sync_store.state().waiting == 0


def _rows(device: Device, entity: str) -> dict[str, dict[str, Value]]:
    return {} if ENTITIES[entity].facts.server_only else device.rows(entity)


def check_each_edit_has_one_result(world: World, device: Device, truth: Truth) -> None:
    """I2: every edit was settled once, in order; what was refused or set aside is on record.

    Put back or renewed, a laptop sends edits again under other numbers; each is known by what it does. That it took
    effect but once is seen in the rows: no word twice, no rupee too many.
    """
    typed, results = world.typed[device], truth.results[device.id]
    kept = {n: edit for n, edit in archived(device).items() if n > 0}
    assert sorted(results) == list(range(1, len(results) + 1))
    assert kept.keys() <= results.keys()
    for n, edit in kept.items():
        check_on_record(typed[edit], results[n], truth)
        assert truth.digests[device.id, n] == sent_as(typed[edit], n), "another edit was settled under its number"
    if not (world.restored or device.id in world.copied or earlier(device)):
        assert len(results) == len(typed)
    forgotten = [entry for edit, entry in typed.items() if edit not in archived(device).values()]
    for entry in forgotten:
        assert entry.id in truth.erased or device.id in world.copied or earlier(device), f"{entry.entity} never settled"


def earlier(device: Device) -> bool:
    """Whether the laptop had another identity before."""
    return device.path.stem != device.id


def sent_as(entry: OutboxEntry, n: int) -> str:
    """The hash by which the server knows an edit sent under a number."""
    fields = dict(entry.fields)
    return _digest(Mutation(n, entry.group, entry.op, entry.entity, entry.id, entry.base_ver, fields, entry.at))  # type: ignore[arg-type]


def check_on_record(entry: OutboxEntry, result: Result, truth: Truth) -> None:
    if result.status in ("rejected", "gone"):
        kept = [row.values for row in truth.of("quarantine") if row.values["row_id"] == entry.id]
        assert any(row["author_id"] == entry.author for row in kept), f"{entry.entity} refused without a record"
        assert result.reason
    for conflict in result.conflicts:
        assert truth.rows["conflict", conflict].values["row_id"] == entry.id
    assert bool(result.conflicts) or result.status != "conflict"


def check_no_value_lost(world: World, truth: Truth) -> None:
    """I5: each value typed is in its row, in a record beside it, or was replaced by someone who saw it."""
    records: dict[str, list[str]] = defaultdict(list)
    for row in [*truth.of("conflict"), *truth.of("quarantine")]:
        sides = ("base", "mine", "theirs") if row.entity == "conflict" else ("changes",)
        records[str(row.values["row_id"])] += [str(row.values[side]) for side in sides]
    everything = [entry for typed in world.typed.values() for entry in typed.values()]
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in everything:
        for name, (old, _) in entry.fields.items():
            seen[entry.id, name].append(str(old))
    for entry in (entry for entry in everything if entry.id not in truth.erased):
        for name, (old, new) in entry.fields.items():
            replaced = new is None or new == old or any(str(new) in text for text in seen[entry.id, name])
            assert replaced or is_kept(entry, name, truth, records[entry.id]), (
                f"{entry.entity}.{name}: {old!r} → {new!r}"
            )


def is_kept(entry: OutboxEntry, name: str, truth: Truth, records: list[str]) -> bool:
    """Whether the value is in the server's row or in a record; of texts and tags: what was added."""
    old, new = entry.fields[name]
    row = truth.rows.get((entry.entity, entry.id))
    now = None if row is None else row.values[name]
    policy = ENTITIES[entry.entity].fields[name].merge
    if policy is Merge.UNION:
        added = set(json.loads(str(new))) - set(json.loads(str(old or "[]")))
        return all(tag in str(now) or any(tag in record for record in records) for tag in added)
    if policy is Merge.APPEND:
        word = str(new).split()[-1]
        assert str(now or "").count(word) <= 1, f"{word} was applied twice"
        return word in str(now) or any(word in record for record in records)
    text = json.dumps(new, ensure_ascii=False)
    return now == new or any(text in record for record in records)


def check_erased_stay_away(world: World, truth: Truth) -> None:
    """I6: no device and no table of rows holds an erased id, and nothing typed about it later was kept."""
    for device in world.devices:
        for name in ENTITIES:
            assert not truth.erased & _rows(device, name).keys()
        assert device.sync_store.erasures() == {}
    assert not truth.erased & {row_id for _, row_id in truth.rows}
    for device in world.devices:
        with device.store.read() as reader:
            erased = {row_id for (row_id,) in reader.cursor.execute("SELECT row_id FROM erasure").fetchall()}
        assert erased <= truth.erased, "a restored server did not learn of them again"


def check_money(world: World, truth: Truth) -> None:
    """The ledger is exactly the payments that were accepted, of those that were typed."""
    ledger = {row_id: row.values["amount_paise"] for (entity, row_id), row in truth.rows.items() if entity == _PAYMENT}
    assert ledger.items() <= world.paid.items()
    for device in world.devices:
        numbers = {edit: n for n, edit in archived(device).items() if n > 0 and edit[2] == _PAYMENT}
        accepted = {edit[3] for edit, n in numbers.items() if truth.results[device.id][n].status == "applied"}
        assert accepted <= ledger.keys()
