"""Laptops with documents, at a real server process over TLS, through a network that can be made bad."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.documents.shelf import Shelf
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.services.paper_sync import PaperSyncService, Place
from nxcrm_desktop.services.papers import PaperService
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.blobs import BlobTransfer
from sync.client.engine import SyncEngine
from sync.client.ports import PaperSummary
from sync.client.transport import CONNECT_SECONDS, READ_SECONDS, Transport
from tests.helpers.devices import KEY, RealClock
from tests.helpers.enrolled import Laptop, laptop
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.tcp_proxy import TcpProxy, proxy_before

KIB = 1024
MIB = 1024 * KIB


@dataclass
class Desk:
    """A laptop, its documents, and what moves them. ``blobs`` is the folder of encrypted files."""

    laptop: Laptop
    shelf: Shelf
    api: Transport
    transfer: BlobTransfer
    engine: SyncEngine
    blobs: Path

    @property
    def sync(self) -> PaperSyncService:
        return PaperSyncService(self.shelf, self.transfer)

    @property
    def papers(self) -> PaperService:
        return PaperService(self.laptop.store, self.laptop.actor, self.shelf, self.sync)

    def attach(self, data: bytes, *, lead: str | None = None, name: str = "paper.bin") -> str:
        """File a document of these bytes with a lead, a new one by default; returns its id."""
        path = self.blobs.parent / f"{os.urandom(8).hex()}-{name}"
        path.write_bytes(data)
        try:
            return self.papers.attach(path, lead_id=lead or self.laptop.add_lead("Ravi"))
        finally:
            path.unlink()

    def run(self) -> PaperSummary:
        """One whole run; what it did for documents."""
        summary = self.engine.run()
        assert summary.complete
        return summary.papers

    def place(self, document: str) -> Place:
        """Where a document is."""
        return self.sync.places([document])[document]

    def restart(self) -> None:
        """What a new process would start with, on the same store and files."""
        self.shelf = Shelf(self.laptop.store, BlobVault(self.blobs, KEY))
        self.transfer = BlobTransfer(self.shelf, self.api, RealClock())
        self.engine = _engine(self.laptop, self.transfer)


def _engine(one: Laptop, transfer: BlobTransfer) -> SyncEngine:
    return SyncEngine(SyncStore(one.store), one.transport, RealClock(), papers=transfer)


@contextmanager
def desk(
    server: ServerHandle,
    folder: Path,
    user: str,
    *,
    url: str = "",
    timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    blobs: Path | None = None,
) -> Iterator[Desk]:
    """A new laptop of a user, with documents, synced once."""
    with (
        laptop(server, folder, user, url=url, timeout=timeout) as one,
        closing(Transport(one.transport.endpoint, one.session, timeout=timeout)) as api,
    ):
        home = blobs or folder / f"{one.id}-blobs"
        shelf = Shelf(one.store, BlobVault(home, KEY))
        transfer = BlobTransfer(shelf, api, RealClock())
        made = Desk(one, shelf, api, transfer, _engine(one, transfer), home)
        made.run()
        yield made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server process over TLS on SQLite."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(count(1))


@pytest.fixture
def team(server: ServerHandle, numbers: Iterator[int]) -> tuple[str, str]:
    """User names of a sales executive and of the manager who sees what they see."""
    number = next(numbers)
    server.add_user(f"boss{number}", Role.MANAGER)
    server.add_user(f"rep{number}", Role.SALES, manager=f"boss{number}")
    return f"rep{number}", f"boss{number}"


@pytest.fixture
def proxy(server: ServerHandle) -> Iterator[TcpProxy]:
    """A bad network before the server; a fair one until the test says otherwise."""
    with proxy_before(server.url) as made:
        yield made


@pytest.fixture
def rep(server: ServerHandle, team: tuple[str, str], proxy: TcpProxy, tmp_path: Path) -> Iterator[Desk]:
    """The executive's laptop, behind the bad network."""
    with desk(server, tmp_path, team[0], url=proxy.url, timeout=(2.0, 2.0)) as made:
        yield made


@pytest.fixture
def boss(server: ServerHandle, team: tuple[str, str], proxy: TcpProxy, tmp_path: Path) -> Iterator[Desk]:
    """The manager's laptop, behind the bad network."""
    with desk(server, tmp_path, team[1], url=proxy.url, timeout=(2.0, 2.0)) as made:
        yield made
