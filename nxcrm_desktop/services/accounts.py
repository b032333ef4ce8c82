"""The account on this device: who it is, its tokens and key (all inside the encrypted store), and its lease."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import lease as leases
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.security.lease import Lease
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.sync_store import StoreTokenVault
from sync.client.auth import Session, tokens_of
from sync.client.transport import Endpoint
from sync.protocol import auth


class IdentityKey(StrEnum):
    """What enrolment adds to the store's own keys of ``meta``."""

    USER_NAME = "user_name"
    FULL_NAME = "full_name"
    DEVICE_KEY = "device_key"
    LEASE_KEY = "lease_key"
    CLOCK_MARK = "clock_mark"
    SERVER = "server"
    AUTHORITY = "authority"


class SystemClock:
    """The computer's clock: :class:`sync.client.ports.Clock`."""

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return clock.now_ms()

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who uses this device. ``key`` proves it to the server."""

    user_id: str
    user_name: str
    full_name: str
    device_id: str
    key: DeviceKey


class AccountService:
    """Signing in and out. The network is used here and nowhere in between two statements."""

    def __init__(self, identity: Identity, session: Session, renewal: Callable[[str, str], None]) -> None:
        self.identity = identity
        self._session = session
        self._renewal = renewal

    def sign_in(self, password: str, otp: str) -> None:
        """Sign in again. NxcrmError ``bad_credentials``, ``throttled``, ``device_revoked``, ``server_unreachable``."""
        self._session.sign_in(self.identity.user_name, password, otp)

    def renew(self, password: str, otp: str) -> None:
        """Sign in as a new device, since the server takes this one for an old copy. What was not sent stays.

        NxcrmError as :meth:`sign_in`, and ``server_changed``.
        """
        self._renewal(password, otp)

    def sign_out(self) -> None:
        """End the session at the server, then here. The store stays readable with its password while the lease runs."""
        self._session.sign_out()


def save_identity(store: Store, user_name: str, key: DeviceKey, endpoint: Endpoint, reply: auth.Session) -> None:
    """What enrolment learnt, into a fresh store; and whom it learnt it from."""
    values = {
        Meta.DEVICE_ID: reply.device_id,
        Meta.USER_ID: reply.user_id,
        Meta.ROLE: reply.role,
        Meta.LEASE: reply.lease,
        IdentityKey.USER_NAME: user_name,
        IdentityKey.FULL_NAME: reply.full_name,
        IdentityKey.DEVICE_KEY: key.secret,
        IdentityKey.LEASE_KEY: reply.lease_key,
        IdentityKey.SERVER: endpoint.url,
        IdentityKey.AUTHORITY: _authority(endpoint),
    }
    with store.write(Actor(reply.user_id, Role(reply.role))) as work:
        for name, value in values.items():
            work.set_meta(name, value)
    StoreTokenVault(store).save(tokens_of(reply))


def read_identity(store: Store) -> Identity:
    """Who this store belongs to. NxcrmError ``identity_missing`` when enrolment never ended."""
    with store.read() as reader:
        return Identity(
            user_id=_require(reader, Meta.USER_ID),
            user_name=_require(reader, IdentityKey.USER_NAME),
            full_name=_require(reader, IdentityKey.FULL_NAME),
            device_id=_require(reader, Meta.DEVICE_ID),
            key=DeviceKey.from_secret(_require(reader, IdentityKey.DEVICE_KEY)),
        )


def require_same_server(store: Store, endpoint: Endpoint) -> None:
    """Raises NxcrmError ``server_changed`` unless this is the server, and the authority, that the device enrolled with.

    Both are in files that anybody who gets at the disk can write; whoever is answered there is given everything.
    """
    with store.read() as reader:
        enrolled = _require(reader, IdentityKey.SERVER), _require(reader, IdentityKey.AUTHORITY)
    if enrolled != (endpoint.url, _authority(endpoint)):
        raise NxcrmError(
            "server_changed",
            "The server’s address or its certificate authority in this profile was changed since it was enrolled.",
            safe="Nothing was sent; your data is unharmed.",
            todo="Do not go on if nobody told you of a change: tell your administrator. Else enrol again.",
        )


def _authority(endpoint: Endpoint) -> str:
    """SHA-256 of the organisation's authority as it is on disk; empty where the system's are trusted."""
    if endpoint.ca_file is None:
        return ""
    try:
        return sha256(endpoint.ca_file.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"


def read_lease(store: Store, identity: Identity) -> Lease:
    """The lease, verified against the key pinned at enrolment. NxcrmError ``lease_invalid``."""
    with store.read() as reader:
        text, key = _require(reader, Meta.LEASE), _require(reader, IdentityKey.LEASE_KEY)
    return leases.verify(text, device=identity.device_id, user=identity.user_id, pinned_key=key)


def mark_time(store: Store, actor: Actor, now_ms: int) -> int:
    """The time to judge leases by, by the server's clock as far as it is known; never less than it was before.

    The device's clock counts from the last hello only: one that is off by a year does no harm, one turned back gains
    nothing. A later hello brings the server's own time and with it a fresh start.
    """
    with store.write(actor) as work:
        server_ms, hello_ms = _integer(work, Meta.SERVER_TIME), _integer(work, Meta.HELLO_AT)
        estimate = server_ms + max(0, now_ms - hello_ms) if hello_ms else now_ms
        high_water, of_hello = _mark(work)
        present = leases.present(estimate, high_water if of_hello == server_ms else server_ms)
        work.set_meta(IdentityKey.CLOCK_MARK, f"{present} {server_ms}")
    return present


def _mark(reader: Reader) -> tuple[int, int]:
    """(latest time seen, the server's time of the hello it was reckoned from)."""
    latest, _, of_hello = (reader.meta(IdentityKey.CLOCK_MARK) or "0 0").partition(" ")
    return int(latest), int(of_hello)


def _integer(reader: Reader, name: str) -> int:
    return int(reader.meta(name) or 0)


def _require(reader: Reader, name: str) -> str:
    value = reader.meta(name)
    if value is None:
        raise NxcrmError(
            "identity_missing",
            "This profile does not say whom it belongs to.",
            safe="Nothing was changed.",
            todo="Restore the profile folder from a backup, or enrol again.",
            details={"key": name},
        )
    return value
