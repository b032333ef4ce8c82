"""A disk that is full while a document comes, and a server on PostgreSQL with two workers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.paper_sync import PlaceState
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.small_disk import KIND, SmallDisk, small_disk
from tests.sync.blobs_device.conftest import KIB, MIB, Desk, desk


@pytest.fixture(params=[KIND])
def disk() -> Iterator[SmallDisk]:
    """A disk of a few megabytes, for the encrypted files."""
    with small_disk(16 * MIB) as made:
        yield made


@pytest.fixture
def cramped(server: ServerHandle, team: tuple[str, str], disk: SmallDisk, tmp_path: Path) -> Iterator[Desk]:
    """The manager's laptop, whose documents lie on the small disk."""
    with desk(server, tmp_path, team[1], blobs=disk.path / "blobs") as made:
        yield made


def test_disk_full_while_a_document_comes(rep: Desk, cramped: Desk, disk: SmallDisk) -> None:
    data = os.urandom(4 * MIB)
    document = rep.attach(data)
    rep.run()
    cramped.run()
    disk.fill(leave=600 * KIB)
    with pytest.raises(NxcrmError) as caught:
        cramped.papers.open_bytes(document)
    assert caught.value.code == "disk_full"
    assert not cramped.papers.is_here(document)
    assert cramped.place(document).state is PlaceState.SERVER, "it is the disk's failure, not the document's"
    cramped.sync.keep("document", [document])
    summary = cramped.engine.run()
    assert summary.complete, "rows go on"
    assert summary.papers.failure is not None
    assert (summary.papers.failure.code, summary.papers.waiting) == ("disk_full", 1)
    disk.free()
    before = cramped.api.bytes_down
    assert cramped.run().downloaded == 1
    assert cramped.api.bytes_down - before < 4 * MIB, "what fitted was kept"
    assert cramped.papers.open_bytes(document) == data


@pytest.mark.postgres
def test_two_workers_on_postgresql(pg_database: str, tmp_path: Path) -> None:
    with running_server(tmp_path, pg_database, workers=2) as server:
        server.add_user("boss", Role.MANAGER)
        server.add_user("rep", Role.SALES, manager="boss")
        with desk(server, tmp_path, "rep") as rep, desk(server, tmp_path, "boss") as boss:
            data = os.urandom(3 * MIB)
            document = rep.attach(data)
            assert rep.run().uploaded == 1
            boss.run()
            assert boss.papers.open_bytes(document) == data
