"""Enrolling, step by step: what is made before, with and after the server. ``bootstrap.enrol`` orders the steps."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import instance_lock
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.security.envelope import Protection
from nxcrm_desktop.security.files import translated
from nxcrm_desktop.security.instance_lock import InstanceLock
from nxcrm_desktop.security.keyring_store import SystemKeyring
from nxcrm_desktop.security.profile import Profile
from nxcrm_desktop.services.accounts import save_identity
from nxcrm_desktop.store.engine import Store
from sync.client.auth import enrol as enrol_online
from sync.client.transport import Endpoint, Transport
from sync.protocol import auth


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


@contextmanager
def workshop(folder: Path) -> Iterator[tuple[Path, InstanceLock]]:
    """An empty folder beside ``folder`` in which one process makes the profile; gone again unless it was renamed."""
    part = folder.with_name(f".{folder.name}.enrolling")
    try:
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise translated(problem) from problem
    lock = InstanceLock(part)
    try:
        _empty(part)
        yield part, lock
    except BaseException:
        _empty(part)
        lock.release()
        shutil.rmtree(part, ignore_errors=True)
        raise


def _empty(part: Path) -> None:
    """Removes what an enrolment left unfinished: its secrets in the keyring first, then its files."""
    with suppress(NxcrmError):
        Profile.open(part).keys().forget()
    for path in part.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != instance_lock.FILE_NAME:
            path.unlink()


def introduce(endpoint: Endpoint, request: EnrolRequest, protection: Protection, store: Store) -> auth.Session:
    """Makes the device's key, asks the server to take the device, and keeps in the store what it answers."""
    key = DeviceKey.generate()
    device = auth.NewDevice(
        name=request.device_name or platform.node() or "laptop",
        os=platform.system() or "unknown",
        public_key=key.public,
        key_protection=protection.value,
        id=new_id(),
    )
    with closing(Transport(endpoint)) as transport:
        reply = enrol_online(
            transport, auth.Enrol(request.user, request.password, request.otp, device, request.new_password)
        )
    save_identity(store, request.user, key, endpoint, reply)
    return reply


def new_profile(part: Path, request: EnrolRequest, reply: auth.Session) -> Profile:
    """The profile's open part: whose it is, where the server is, the organisation's authority."""
    ca_name = None
    if request.ca_file is not None:
        ca_name = "ca.pem"
        shutil.copyfile(request.ca_file, part / ca_name)
    profile = Profile(part, request.server, request.user, reply.user_id, reply.device_id, ca_name)
    profile.save()
    return profile


def move(part: Path, folder: Path) -> None:
    """Puts the finished profile in its place."""
    if folder.exists():
        folder.rmdir()  # it was empty; Windows renames onto nothing that exists
    part.rename(folder)


def available_protection() -> Protection:
    """The keyring where there is one; else the password alone, which the server refuses unless it is allowed."""
    try:
        SystemKeyring().probe()
    except NxcrmError as problem:
        if problem.code != "keyring_missing":
            raise
        return Protection.PASSWORD
    return Protection.KEYRING


def require_free(folder: Path) -> None:
    """Raises NxcrmError ``profile_exists`` unless the folder is absent or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NxcrmError(
            "profile_exists",
            f"There is something in {folder} already.",
            safe="It was not touched.",
            todo="Choose another folder, or wipe the old profile first.",
        )
