"""The application's line to its server: session, engine, documents, and whatever waits for the network."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import cached_property, partial
from typing import Final

from nxcrm_desktop import __version__
from nxcrm_desktop.documents.shelf import Shelf
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.accounts import Identity, SystemClock
from nxcrm_desktop.services.syncing import SyncParts, SyncService
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.sync_store import StoreTokenVault, SyncStore
from sync.client.auth import Session
from sync.client.background import BackgroundSync
from sync.client.blobs import BlobTransfer
from sync.client.engine import SyncEngine
from sync.client.failures import from_problem
from sync.client.live import TIMEOUT as LIVE_TIMEOUT
from sync.client.recorded import PaperGate, RecordedSync
from sync.client.schedule import Schedule
from sync.client.telling import SyncStatus
from sync.client.transport import CONNECT_SECONDS, READ_SECONDS, Endpoint, Transport
from sync.protocol.codes import Code
from sync.protocol.messages import PROTOCOL, Hello, Problem

_ONLINE_TIMEOUT: Final = (2.0, 3.0)
"""Seconds to connect and to answer, when all that is asked is whether the server is there."""

_STOP_SECONDS: Final = 10.0
"""How long closing waits for a sync that would not be interrupted; it stores nothing afterwards."""


class ServerLine:
    """Parts are made when first used, once; what must end with the application is told to ``ends``."""

    def __init__(
        self, endpoint: Endpoint, store: Store, shelf: Shelf, actor: Actor, identity: Identity, ends: ExitStack
    ) -> None:
        self._endpoint = endpoint
        self._store = store
        self._shelf = shelf
        self._actor = actor
        self._identity = identity
        self._ends = ends
        self._turn = threading.RLock()
        self._transports: list[Transport] = []

    @property
    def session(self) -> Session:
        """The tokens, renewed over a connection of their own."""
        with self._turn:  # two sessions would spend one refresh token twice, which looks like theft to the server
            return self._session

    @property
    def sync(self) -> RecordedSync:
        """One sync at a time."""
        with self._turn:
            return self._recorded

    @property
    def transfer(self) -> BlobTransfer:
        """Moves the bytes of documents, over a connection of its own."""
        with self._turn:
            return self._transfer

    @cached_property
    def syncing(self) -> SyncService:
        """Sync in the background, its settings, its history."""
        connect = partial(Transport, self._endpoint, self.session, timeout=LIVE_TIMEOUT)
        return SyncService(self._store, self._actor, SyncParts(self.sync, self._gate, connect, self._interrupt))

    @cached_property
    def _session(self) -> Session:
        tokens, identity = StoreTokenVault(self._store), self._identity
        return Session(self.transport(signed_in=False), tokens, identity.key, identity.device_id, SystemClock())

    @cached_property
    def _gate(self) -> PaperGate:
        return PaperGate(self.transfer)

    @cached_property
    def _recorded(self) -> RecordedSync:
        store, clock = SyncStore(self._store), SystemClock()
        engine = SyncEngine(store, self.transport(), clock, papers=self._gate, app_version=__version__)
        return RecordedSync(engine, store, clock)

    @cached_property
    def _transfer(self) -> BlobTransfer:
        transfer = BlobTransfer(self._shelf, self.transport(), SystemClock())
        self._ends.callback(transfer.close)
        return transfer

    def begin(self, report: Callable[[SyncStatus], None], schedule: Schedule | None = None) -> BackgroundSync:
        """Starts syncing by itself until the application closes; ``report`` is called on the sync thread."""
        background = self.syncing.begin(report, schedule)
        self._ends.callback(background.stop, _STOP_SECONDS)
        return background

    def hello(self, timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS)) -> None:
        """Asks the server for a fresh lease, role and scopes, and keeps them."""
        store = SyncStore(self._store)
        state = store.state()
        message = Hello(state.device_id, [PROTOCOL], state.schema, __version__, state.epoch, state.applied_n)
        with closing(Transport(self._endpoint, self.session, timeout=timeout)) as transport:
            reply = transport.hello(message)
        if reply.device_state != "active":
            raise from_problem(Problem(Code.DEVICE_REVOKED, ""))
        store.save_hello(reply)

    def is_online(self) -> bool:
        """Whether the server answers this device now; a few seconds at most."""
        try:
            self.hello(_ONLINE_TIMEOUT)
        except NxcrmError:
            return False
        return True

    def transport(self, *, signed_in: bool = True) -> Transport:
        """A connection of one's own, closed with the application."""
        transport = Transport(self._endpoint, self.session if signed_in else None)
        self._ends.callback(transport.close)
        self._transports.append(transport)
        return transport

    def _interrupt(self) -> None:
        """Ends every wait for the network: the application closes, and must not wait with it."""
        for transport in self._transports:
            transport.close()
