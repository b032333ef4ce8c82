"""The composition root: enrols a device, unlocks a profile, and builds the open application. No globals elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.documents.shelf import Shelf
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.runtime import logs
from nxcrm_desktop.security.envelope import COSTS, Costs, new_dek, wipe
from nxcrm_desktop.security.instance_lock import InstanceLock
from nxcrm_desktop.security.lease import Lease, require_valid
from nxcrm_desktop.security.profile import Profile
from nxcrm_desktop.services import accounts, enrolment, renewal
from nxcrm_desktop.services.accounts import AccountService
from nxcrm_desktop.services.enrolment import EnrolRequest
from nxcrm_desktop.services.server_line import ServerLine
from nxcrm_desktop.services.status import Standing, StatusService
from nxcrm_desktop.services.syncing import SyncService
from nxcrm_desktop.store.engine import Store, create_store, open_store
from sync.client.auth import Session
from sync.client.background import BackgroundSync
from sync.client.recorded import RecordedSync
from sync.client.schedule import Schedule
from sync.client.telling import SyncStatus
from sync.client.transport import Endpoint

if TYPE_CHECKING:
    from nxcrm_desktop.services.activity import ActivityService
    from nxcrm_desktop.services.conflicts import ConflictService
    from nxcrm_desktop.services.duplicates import DuplicateService
    from nxcrm_desktop.services.exports import ExportService
    from nxcrm_desktop.services.imports import ImportService
    from nxcrm_desktop.services.leads import LeadService
    from nxcrm_desktop.services.lists import ListService
    from nxcrm_desktop.services.outbox import OutboxService
    from nxcrm_desktop.services.paper_sync import PaperSyncService
    from nxcrm_desktop.services.papers import PaperService
    from nxcrm_desktop.services.privacy import PrivacyService
    from nxcrm_desktop.services.records import RecordService
    from nxcrm_desktop.services.reports import ReportService
    from nxcrm_desktop.services.review import ReviewService
    from nxcrm_desktop.services.search import SearchService
    from nxcrm_desktop.services.transactions import TransactionService

__all__ = ["App", "EnrolRequest", "Enrolled", "Profile", "enrol", "renew", "sign_in", "unlock"]


class App:
    """An unlocked profile. Services are built when first used; ``close`` leaves no key and no thread behind."""

    def __init__(self, profile: Profile, lock: InstanceLock, store: Store, vault: BlobVault) -> None:
        self.profile = profile
        self.store = store
        self.shelf = Shelf(store, vault)
        self.identity = accounts.read_identity(store)
        self.actor = Actor(self.identity.user_id, Role(self.lease.role))
        self.endpoint = _endpoint(profile.server, profile.ca_file)
        accounts.require_same_server(store, self.endpoint)
        self._closing = ExitStack()
        self._closing.callback(logs.start(profile.folder / "logs"))
        self._closing.callback(lock.release)
        self._closing.callback(store.close)
        self._closing.callback(self._mark_end)
        self.line = ServerLine(self.endpoint, store, self.shelf, self.actor, self.identity, self._closing)

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

        return PaperService(self.store, self.actor, self.shelf, self.paper_sync)

    @cached_property
    def paper_sync(self) -> PaperSyncService:
        """Where the bytes of documents are, and moving them."""
        from nxcrm_desktop.services.paper_sync import PaperSyncService

        return PaperSyncService(self.shelf, self.line.transfer)

    @cached_property
    def records(self) -> RecordService:
        """Rows of any entity."""
        from nxcrm_desktop.services.records import RecordService

        return RecordService(self.store, self.actor)

    @cached_property
    def lists(self) -> ListService:
        """Long lists, a page at a time."""
        from nxcrm_desktop.services.lists import ListService

        return ListService(self.store, self.actor)

    @cached_property
    def outbox(self) -> OutboxService:
        """Edits that wait for the server."""
        from nxcrm_desktop.services.outbox import OutboxService

        return OutboxService(self.store, self.actor)

    @cached_property
    def conflicts(self) -> ConflictService:
        """Edits of one field by two people."""
        from nxcrm_desktop.services.conflicts import ConflictService

        return ConflictService(self.store, self.actor)

    @cached_property
    def review(self) -> ReviewService:
        """Edits the server refused."""
        from nxcrm_desktop.services.review import ReviewService

        return ReviewService(self.store, self.actor)

    @cached_property
    def duplicates(self) -> DuplicateService:
        """Rows that may be one."""
        from nxcrm_desktop.services.duplicates import DuplicateService

        return DuplicateService(self.store, self.actor)

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
            self.store, self.actor, self.identity.full_name, self.identity.key, self.shelf, self.line.transport(),
            self.paper_sync.gather,
        )  # fmt: skip

    @cached_property
    def search(self) -> SearchService:
        """Full-text search."""
        from nxcrm_desktop.services.search import SearchService

        return SearchService(self.store, self.actor)

    @cached_property
    def accounts(self) -> AccountService:
        """Signing in and out."""
        return AccountService(self.identity, self.session, self._renew)

    @cached_property
    def status(self) -> StatusService:
        """Where the device stands."""
        standing = Standing(self.identity.user_name, self.profile.server, self.profile.key_protection)
        return StatusService(self.store, self.actor, standing, lambda: self.lease, self.line.is_online)

    # ---------------------------------------------------------------------------------------------------------- sync

    @property
    def session(self) -> Session:
        """The tokens, renewed over a connection of their own."""
        return self.line.session

    @property
    def sync(self) -> RecordedSync:
        """One sync at a time: ``sync.run()``."""
        return self.line.sync

    @property
    def syncing(self) -> SyncService:
        """Sync in the background, its settings, its history."""
        return self.line.syncing

    def background_sync(self, report: Callable[[SyncStatus], None], schedule: Schedule | None = None) -> BackgroundSync:
        """Starts syncing by itself until the application closes; ``report`` is called on the sync thread."""
        return self.line.begin(report, schedule)

    def hello(self) -> None:
        """Asks the server for a fresh lease, role and scopes, and keeps them."""
        self.line.hello()

    def _renew(self, password: str, otp: str) -> None:
        """A fresh identity, while the window stays open."""
        with self.sync.alone():
            renewal.renew(self.store, self.identity, self.endpoint, self.profile.key_protection, password, otp)
            self.identity = accounts.read_identity(self.store)
            self.session.become(self.identity.device_id, self.identity.key)

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

    def _mark_end(self) -> None:
        with suppress(NxcrmError):  # a full disk must not keep the program from closing; an older mark is there
            self._mark_time()

    def _mark_time(self) -> int:
        return accounts.mark_time(self.store, self.actor, clock.now_ms())


# ---------------------------------------------------------------------------------------------------------------- open


def unlock(profile: Profile, password: str, *, costs: Costs = COSTS) -> App:
    """Opens a profile, without the network.

    NxcrmError ``wrong_password``, ``unlock_throttled``, ``profile_in_use``, ``lease_expired``, ``lease_invalid``,
    ``server_changed``,
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


def renew(profile: Profile, password: str, otp: str, *, costs: Costs = COSTS) -> App:
    """Opens a profile whose device the server takes for a copy (``device_rewound``), as a new device of the same user.

    What was not sent stays and is sent by the next sync. NxcrmError as :func:`sign_in`, and ``server_changed``.
    """
    app = _opened(profile, password, costs)
    try:
        renewal.renew(app.store, app.identity, app.endpoint, profile.key_protection, password, otp)
    finally:
        app.close()
    return unlock(profile, password, costs=costs)


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
class Enrolled:
    """The open application, and the recovery codes, which are shown once (empty unless this was the first device)."""

    app: App
    recovery_codes: tuple[str, ...]


def enrol(request: EnrolRequest, *, costs: Costs = COSTS) -> Enrolled:
    """Makes this device the user's: keys, an encrypted store, the first hello.

    Everything is made in a folder beside the profile's and renamed at the end: a failure at any point leaves no half
    profile, and what a kill leaves goes at the next attempt. NxcrmError ``profile_exists``, ``keyring_*``, those of
    sync.client.auth.enrol and of the network.
    """
    folder = request.folder.absolute()
    password = request.new_password or request.password
    enrolment.require_free(folder)
    endpoint = _endpoint(request.server, request.ca_file)
    protection = enrolment.available_protection()
    with enrolment.workshop(folder) as (part, lock):
        dek = new_dek()
        store = create_store(part / "store.db", bytes(dek))
        try:
            reply = enrolment.introduce(endpoint, request, protection, store)
            profile = enrolment.new_profile(part, request, reply)
            profile.keys(costs).create(dek, password, protection)
            app = App(profile, lock, store, BlobVault(profile.blobs, dek))
        except BaseException:
            store.close()
            raise
        finally:
            wipe(dek)
        _settle(app)
        enrolment.move(part, folder)
    return Enrolled(unlock(Profile.open(folder), password, costs=costs), tuple(reply.recovery_codes))


def _settle(app: App) -> None:
    """The first hello, through the very parts that later runs use. Lets go of the folder, so that it can be renamed."""
    try:
        app.hello()
        app.require_lease()
    finally:
        app.close()


def _endpoint(server: str, ca_file: Path | None) -> Endpoint:
    return Endpoint(server, ca_file, plain_loopback=True)
