"""Power goes in the midst of a sync: what the disk had not confirmed of the journal is lost, from any frame on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import ChangeSet, Value
from nxcrm_desktop.store.meta import Meta
from sync.protocol.messages import Limits
from tests.helpers.devices import Device, Server
from tests.sync.server.office import Office, furnish

_HEADER, _FRAME = 32, 24 + 8192
_SMALL = Limits(rows=3, mutations=2)
"""Batches and pages so small that one is stored while the next is under way."""


@dataclass(frozen=True)
class Disk:
    """A laptop's files at a moment. ``safe``: bytes of the journal that the disk had confirmed."""

    when: str
    store: bytes
    journal: bytes
    safe: int

    def torn(self) -> Iterator[bytes]:
        """What may be left of the journal: up to any frame, or the midst of one."""
        for end in range(self.safe, len(self.journal) + 1, _FRAME):
            yield self.journal[:end]
        yield self.journal[: self.safe + _FRAME // 2]


class Watched:
    """A laptop whose disk is looked at whenever it speaks to the server."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.disks: list[Disk] = []
        self._journal = device.path.with_name(device.path.name + "-wal")
        self._move = device.store.checkpoint
        self._checkpoint()
        device.store.transaction = self._transaction(device.store.transaction)  # type: ignore[method-assign, assignment]
        device.store.checkpoint = self._checkpoint  # type: ignore[method-assign]
        device.api.before = lambda name: self.look(f"before {name}")
        device.api.after = lambda name: self.look(f"after {name}")

    def look(self, when: str) -> None:
        """Keep what the disk holds now."""
        assert self.device.path.read_bytes() == self._store, "the journal was not moved into the store meanwhile"
        self.disks.append(Disk(when, self._store, self._journal.read_bytes(), self._safe))

    def _checkpoint(self) -> bool:
        moved = self._move()
        self._store, self._safe = self.device.path.read_bytes(), self._size()
        return moved

    def _size(self) -> int:
        return max(self._journal.stat().st_size, _HEADER)

    def _transaction(self, inner: Callable[..., object]) -> Callable[..., object]:
        @contextmanager
        def transaction(*, durable: bool = True) -> Iterator[tuple[object, Callable[[ChangeSet], None]]]:
            with inner(durable=durable) as got:  # type: ignore[attr-defined]
                yield got
            self._safe = self._size() if durable else self._safe

        return transaction


def _numbers(device: Device) -> tuple[int, int]:
    with device.store.read() as reader:
        return int(reader.meta(Meta.APPLIED_N) or 0), int(reader.meta(Meta.LAST_N) or 0)


def _shown(device: Device) -> dict[str, dict[str, Value]]:
    return device.rows("lead")


@pytest.fixture
def asha(tmp_path: Path) -> Iterator[Device]:
    """A laptop that has synced."""
    url = f"sqlite:///{tmp_path}/server.db"
    furnish(url)
    office = Office(url)
    made = Device(tmp_path, Server(office.engine), office.user("asha"), Role.SALES, _SMALL)
    made.sync()
    yield made
    made.close()
    office.engine.dispose()


def test_no_part_of_the_journal_that_power_takes_loses_or_doubles_an_edit(asha: Device) -> None:
    watched = Watched(asha)
    with asha.write() as work:
        leads = [work.create("lead", {"name": f"Lead {i}", "stage": "new"}) for i in range(4)]
    with asha.write() as work:
        for lead in leads:
            work.update("lead", lead, {"notes": f"typed about {lead}"})
    asha.engine.run()
    _lose_power(asha, watched, 8)
    watched = Watched(asha)
    with asha.write() as work:
        work.update("lead", leads[0], {"notes": f"typed about {leads[0]}\nand later"})
        work.delete("lead", leads[3])
    asha.engine.run()
    _lose_power(asha, watched, 10)


def _lose_power(device: Device, watched: Watched, edits: int) -> None:
    """At each moment that was looked at, in each way: the laptop starts again and syncs with the server of today."""
    watched.look("at the end")
    results, truth = device.api.results_at_server(), _shown(device)
    assert len(results) == edits
    ends = {(disk.store, journal): disk.when for disk in watched.disks for journal in disk.torn()}
    assert len(ends) > len(watched.disks), "there was something that power could take"
    for (store, journal), when in ends.items():
        _start_again(device, store, journal)
        applied, last = _numbers(device)
        assert (applied <= edits, last) == (True, edits), f"{when}: what was saved is there"
        assert device.sync().complete
        assert _numbers(device) == (edits, edits)
        assert _shown(device) == truth, when
        assert device.api.results_at_server() == results, f"{when}: nothing took effect again"
    assert device.store.integrity_check() == []


def _start_again(device: Device, store: bytes, journal: bytes) -> None:
    device.store.close()
    device.path.write_bytes(store)
    device.path.with_name(device.path.name + "-wal").write_bytes(journal)
    device.path.with_name(device.path.name + "-shm").unlink(missing_ok=True)
    device.restart()
