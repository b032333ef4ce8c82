"""The composition root: enrols a device, unlocks a profile, and builds the open application. No globals elsewhere."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nxcrm_desktop import __version__
from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.security.envelope import COSTS, Costs, Protection, new_dek, wipe
from nxcrm_desktop.security.instance_lock import InstanceLock
from nxcrm_desktop.security.keyring_store import SystemKeyring
from nxcrm_desktop.security.lease import Lease, require_valid
from nxcrm_desktop.security.profile import Profile
from nxcrm_desktop.services import accounts
from nxcrm_desktop.services.accounts import AccountService, SystemClock
from nxcrm_desktop.services.status import Standing, StatusService
from nxcrm_desktop.store.engine import Store, create_store, open_store
from nxcrm_desktop.store.sync_store import StoreTokenVault, SyncStore
from sync.client.auth import Session, enrol as enrol_online
from sync.client.background import BackgroundSync, Schedule, SyncStatus
from sync.client.engine import SyncEngine
from sync.client.failures import from_problem
from sync.client.transport import Endpoint, Transport
from sync.protocol import auth
from sync.protocol.codes import Code
from sync.protocol.messages import PROTOCOL, Hello, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nxcrm_desktop.services.activity import ActivityService
    from nxcrm_desktop.services.conflicts import ConflictService
    from nxcrm_desktop.services.exports import ExportService
    from nxcrm_desktop.services.imports import ImportService
    from nxcrm_desktop.services.leads import LeadService
    from nxcrm_desktop.services.papers import PaperService
    from nxcrm_desktop.services.privacy import PrivacyService
    from nxcrm_desktop.services.records import RecordService
    from nxcrm_desktop.services.reports import ReportService
    from nxcrm_desktop.services.search import SearchService
    from nxcrm_desktop.services.transactions import TransactionService

__all__ = ["App", "EnrolRequest", "Enrolled", "Profile", "enrol", "sign_in", "unlock"]

_ONLINE_TIMEOUT = (2.0, 3.0)
"""Seconds to connect and to answer, when all that is asked is whether the server is there."""


class App:
    """An unlocked profile. Services are built when first used; ``close`` leaves no key and no thread behind."""

    def __init__(self, profile: Profile, lock: InstanceLock, store: Store, vault: BlobVault) -> None:
        self.profile = profile
        self.store = store
        self.vault = vault
        self.identity = accounts.read_identity(store)
        self.actor = Actor(self.identity.user_id, Role(self.lease.role))
        self.endpoint = _endpoint(profile.server, profile.ca_file)
        self._closing = ExitStack()
        self._closing.callback(lock.release)
        self._closing.callback(store.close)
        self._closing.callback(self._mark_time)

    # ------------------------------------------------------------------------------------------------------ services

    @cached_property
    def leads(self) -> LeadService:
        """Leads."""
        from nxcrm_desktop.services.leads import LeadService

        return LeadService(self.store, self.actor)

    @cached_property
    def activity(self) -> ActivityService:
        """Calls, notes, meetings, follow-ups."""
        from nxcrm_desktop.services.activity import ActivityService

        return ActivityService(self.store, self.actor)

    @cached_property
    def transactions(self) -> TransactionService:
        """Deals, payments, ledgers."""
        from nxcrm_desktop.services.transactions import TransactionService

        return TransactionService(self.store, self.actor)

    @cached_property
    def papers(self) -> PaperService:
        """Documents and their versions."""
        from nxcrm_desktop.services.papers import PaperService

        return PaperService(self.store, self.actor, self.vault)

    @cached_property
    def records(self) -> RecordService:
        """Rows of any entity."""
        from nxcrm_desktop.services.records import RecordService

        return RecordService(self.store, self.actor)

    @cached_property
    def conflicts(self) -> ConflictService:
        """Edits of one field by two people."""
        from nxcrm_desktop.services.conflicts import ConflictService

        return ConflictService(self.store, self.actor)

    @cached_property
    def imports(self) -> ImportService:
        """Imports of files."""
        from nxcrm_desktop.services.imports import ImportService

        return ImportService(self.store, self.actor)

    @cached_property
    def exports(self) -> ExportService:
        """Lists as files."""
        from nxcrm_desktop.services.exports import ExportService

        return ExportService(self.store, self.actor)

    @cached_property
    def reports(self) -> ReportService:
        """Reports by name."""
        from nxcrm_desktop.services.reports import ReportService

        return ReportService(self.store, self.actor, self.identity.full_name)

    @cached_property
    def privacy(self) -> PrivacyService:
        """Customers' legal requests; it has a connection of its own."""
        from nxcrm_desktop.services.privacy import PrivacyService

        return PrivacyService(
            self.store, self.actor, self.identity.full_name, self.identity.key, self.vault, self._transport()
        )

    @cached_property
    def search(self) -> SearchService:
        """Full-text search."""
        from nxcrm_desktop.services.search import SearchService

        return SearchService(self.store, self.actor)

    @cached_property
    def accounts(self) -> AccountService:
        """Signing in and out."""
        return AccountService(self.identity, self.session)

    @cached_property
    def status(self) -> StatusService:
        """Where the device stands."""
        standing = Standing(self.identity.user_name, self.profile.server, self.profile.key_protection)
        return StatusService(self.store, self.actor, standing, lambda: self.lease, self.is_online)

    # ---------------------------------------------------------------------------------------------------------- sync

    @cached_property
    def session(self) -> Session:
        """The tokens, renewed over a connection of their own."""
        transport = self._transport(signed_in=False)
        return Session(transport, StoreTokenVault(self.store), self.identity.key, self.profile.device_id, SystemClock())

    @cached_property
    def sync(self) -> SyncEngine:
        """One sync at a time: ``sync.run()``."""
        return SyncEngine(SyncStore(self.store), self._transport(), SystemClock(), app_version=__version__)

    def background_sync(self, report: Callable[[SyncStatus], None], schedule: Schedule | None = None) -> BackgroundSync:
        """Starts syncing by itself until the application closes; ``report`` is called on the sync thread."""
        background = BackgroundSync(
            self.sync, subscribe=self.store.bus.subscribe, report=report, clock=SystemClock(), schedule=schedule
        )
        background.start()
        self._closing.callback(background.stop)
        return background

    def hello(self, timeout: tuple[float, float] | None = None) -> None:
        """Asks the server for a fresh lease, role and scopes, and keeps them."""
        store = SyncStore(self.store)
        state = store.state()
        message = Hello(state.device_id, [PROTOCOL], state.schema, __version__, state.epoch, state.applied_n)
        with _connection(self.endpoint, self.session, timeout) as transport:
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

    # --------------------------------------------------------------------------------------------------------- lease

    @property
    def lease(self) -> Lease:
        """The server's latest word on this device."""
        return accounts.read_lease(self.store, self.identity)

    def require_lease(self) -> None:
        """Raises NxcrmError ``lease_expired``."""
        require_valid(self.lease, self._mark_time())

    def close(self) -> None:
        """Ends the sync, closes the store, lets go of the profile. A second call does nothing."""
        self._closing.close()

    def _mark_time(self) -> int:
        return accounts.mark_time(self.store, self.actor, clock.now_ms())

    def _transport(self, *, signed_in: bool = True) -> Transport:
        transport = Transport(self.endpoint, self.session if signed_in else None)
        self._closing.callback(transport.close)
        return transport


# ---------------------------------------------------------------------------------------------------------------- open


def unlock(profile: Profile, password: str, *, costs: Costs = COSTS) -> App:
    """Opens a profile, without the network.

    NxcrmError ``wrong_password``, ``unlock_throttled``, ``profile_in_use``, ``lease_expired``, ``lease_invalid``,
    ``keyring_*``, ``keys_*``, ``store_*``. ``costs`` is lowered by tests alone.
    """
    app = _opened(profile, password, costs)
    try:
        app.require_lease()
    except BaseException:
        app.close()
        raise
    return app


def sign_in(profile: Profile, password: str, otp: str, *, costs: Costs = COSTS) -> App:
    """Opens a profile whose lease has expired, or whose session has ended, by signing in at the server."""
    app = _opened(profile, password, costs)
    try:
        app.accounts.sign_in(password, otp)
        app.hello()
        app.require_lease()
    except BaseException:
        app.close()
        raise
    return app


def _opened(profile: Profile, password: str, costs: Costs) -> App:
    with ExitStack() as undo:
        lock = undo.enter_context(InstanceLock(profile.folder))
        dek = profile.keys(costs).unlock(password)
        undo.callback(wipe, dek)
        store = open_store(profile.store_path, bytes(dek))
        undo.callback(store.close)
        app = App(profile, lock, store, BlobVault(profile.blobs, dek))
        undo.pop_all()
    wipe(dek)
    return app


# ----------------------------------------------------------------------------------------------------------- enrolment


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """What enrolling needs. ``ca_file``: the organisation's own authority (PEM). Plain HTTP reaches loopback only."""

    folder: Path
    server: str
    user: str
    password: str
    otp: str
    new_password: str | None = None
    ca_file: Path | None = None
    device_name: str = ""

    def with_new_password(self, password: str) -> EnrolRequest:
        """The same, replacing a temporary password."""
        return replace(self, new_password=password)

    def __repr__(self) -> str:
        return f"EnrolRequest(folder={self.folder!r}, server={self.server!r})"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The open application, and the recovery codes, which are shown once (empty unless this was the first device)."""

    app: App
    recovery_codes: tuple[str, ...]


def enrol(request: EnrolRequest, *, costs: Costs = COSTS) -> Enrolled:
    """Makes this device the user's: keys, an encrypted store, the first hello.

    Everything is made in a folder beside the profile's and renamed at the end: a failure at any point leaves no half
    profile. NxcrmError ``profile_exists``, ``keyring_*``, those of sync.client.auth.enrol and of the network.
    """
    folder = request.folder.absolute()
    _require_free(folder)
    endpoint = _endpoint(request.server, request.ca_file)
    protection = _protection()
    part = folder.with_name(f".{folder.name}.{os.urandom(4).hex()}.part")
    part.mkdir(mode=0o700, parents=True)
    dek = new_dek()
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, part, ignore_errors=True)
        store = create_store(part / "store.db", bytes(dek))
        with ExitStack() as closing:
            closing.callback(store.close)
            reply = _introduce(endpoint, request, protection, store)
            profile = _profile(part, request, reply)
            keys = profile.keys(costs)
            undo.callback(keys.forget)
            keys.create(dek, request.new_password or request.password, protection)
            _settle(profile, store, dek)
        _move(part, folder)
        undo.pop_all()
    wipe(dek)
    app = unlock(Profile.open(folder), request.new_password or request.password, costs=costs)
    return Enrolled(app, tuple(reply.recovery_codes))


def _introduce(endpoint: Endpoint, request: EnrolRequest, protection: Protection, store: Store) -> auth.Session:
    key = DeviceKey.generate()
    device = auth.NewDevice(
        name=request.device_name or platform.node() or "laptop",
        os=platform.system() or "unknown",
        public_key=key.public,
        key_protection=protection.value,
        id=new_id(),
    )
    with _connection(endpoint) as transport:
        reply = enrol_online(
            transport, auth.Enrol(request.user, request.password, request.otp, device, request.new_password)
        )
    accounts.save_identity(store, request.user, key, reply)
    return reply


def _profile(part: Path, request: EnrolRequest, reply: auth.Session) -> Profile:
    ca_name = None
    if request.ca_file is not None:
        ca_name = "ca.pem"
        shutil.copyfile(request.ca_file, part / ca_name)
    profile = Profile(part, request.server, request.user, reply.user_id, reply.device_id, ca_name)
    profile.save()
    return profile


def _settle(profile: Profile, store: Store, dek: bytearray) -> None:
    """The first hello, through the very parts that later runs use."""
    with InstanceLock(profile.folder) as lock:
        app = App(profile, lock, store, BlobVault(profile.blobs, dek))
        try:
            app.hello()
            app.require_lease()
        finally:
            app.close()


def _move(part: Path, folder: Path) -> None:
    if folder.exists():
        folder.rmdir()  # it was empty; Windows renames onto nothing that exists
    part.rename(folder)


def _protection() -> Protection:
    """The keyring where there is one; else the password alone, which the server refuses unless it is allowed."""
    try:
        SystemKeyring().probe()
    except NxcrmError as problem:
        if problem.code != "keyring_missing":
            raise
        return Protection.PASSWORD
    return Protection.KEYRING


def _require_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NxcrmError(
            "profile_exists",
            f"There is something in {folder} already.",
            safe="It was not touched.",
            todo="Choose another folder, or wipe the old profile first.",
        )


def _endpoint(server: str, ca_file: Path | None) -> Endpoint:
    return Endpoint(server, ca_file, plain_loopback=True)


@contextmanager
def _connection(
    endpoint: Endpoint, session: Session | None = None, timeout: tuple[float, float] | None = None
) -> Iterator[Transport]:
    transport = Transport(endpoint, session, timeout=timeout) if timeout else Transport(endpoint, session)
    try:
        yield transport
    finally:
        transport.close()
