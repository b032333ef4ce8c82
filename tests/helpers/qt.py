"""A real profile to open in a window: encrypted store, keys, identity and lease on disk, without a server."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nxcrm_desktop.bootstrap import App, Profile, unlock
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.security.envelope import Costs, Protection
from nxcrm_desktop.security.lease import Lease, sign
from nxcrm_desktop.services.accounts import save_identity
from nxcrm_desktop.store.engine import Store, create_store
from sync.client.transport import Endpoint
from sync.protocol.auth import Policy, Session
from tests.helpers.device_store import pulled, stages
from tests.helpers.keys import CHEAP

PASSWORD = "Bluebird-Kettle-94-river"
YEAR_MS = 365 * 24 * 3_600_000
NOWHERE = "https://127.0.0.1:9"
"""A server that is never there: the discard port of this machine."""


@dataclass(frozen=True)
class Person:
    """Who uses the profile."""

    full_name: str
    username: str
    role: Role


ANANYA = Person("Ananya Kulkarni", "ananya", Role.SALES)


def _session(person: Person, user_id: str, device_id: str) -> Session:
    authority = Ed25519PrivateKey.generate()
    now = clock.now_ms()
    lease = Lease(
        device=device_id, user=user_id, role=person.role.value, scopes=("ref", f"owner:{user_id}"), issued_ms=now,
        expires_ms=now + YEAR_MS,
    )  # fmt: skip
    return Session(
        device_id=device_id, user_id=user_id, full_name=person.full_name, role=person.role.value, access_token="none",
        access_expires_ms=now + YEAR_MS, refresh_token="none",
        policy=Policy(password_only_devices=True, min_password_length=12, offline_days=365),
        lease=sign(lease, authority),
        lease_key=authority.public_key().public_bytes_raw().hex(),
    )  # fmt: skip


def make_profile(
    folder: Path,
    person: Person = ANANYA,
    fill: Callable[[Store, str], None] | None = None,
    costs: Costs = CHEAP,
) -> Profile:
    """A profile as enrolment leaves it; ``fill`` puts rows in as sync would, given the store and the user's id."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    user_id, device_id, dek = new_id(), new_id(), bytearray(os.urandom(32))
    store = create_store(folder / "store.db", bytes(dek))
    save_identity(
        store,
        person.username,
        DeviceKey.generate(),
        Endpoint(NOWHERE, plain_loopback=True),
        _session(person, user_id, device_id),
    )
    stages(store)
    pulled(
        store,
        "user",
        id=user_id,
        username=person.username,
        full_name=person.full_name,
        role=person.role.value,
        active=1,
    )
    if fill is not None:
        fill(store, user_id)
    store.close()
    profile = Profile(folder, NOWHERE, person.username, user_id, device_id)
    profile.save()
    profile.keys(costs).create(dek, PASSWORD, Protection.PASSWORD)
    return profile


def open_profile(profile: Profile) -> App:
    """The profile, unlocked with the cheap keys of tests."""
    return unlock(profile, PASSWORD, costs=CHEAP)
