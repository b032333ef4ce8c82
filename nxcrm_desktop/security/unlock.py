"""The keys of one profile: make them, open them, change the password.

Two slots, ``key.0`` and ``key.1``; generation g lies in slot g mod 2 and its device secret in the keyring under the
same number. A change writes the next generation beside the present one and only then removes the old: killed at any
moment, exactly one generation opens, the newest that is whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import password_policy
from nxcrm_desktop.security.attempts import Attempts
from nxcrm_desktop.security.envelope import (
    COSTS,
    KEY_BYTES,
    Costs,
    Envelope,
    Protection,
    WrongSecret,
    new_header,
    wipe,
)
from nxcrm_desktop.security.files import TEMPORARY_SUFFIX, sync_folder, write_atomically
from nxcrm_desktop.security.keyring_store import SystemKeyring

_SLOTS = 2
MIN_LENGTHS = {
    Protection.KEYRING: password_policy.MIN_LENGTH,
    Protection.PASSWORD: password_policy.MIN_LENGTH_PASSWORD_ONLY,
}


class DeviceSecrets(Protocol):
    """Where device secrets are kept: :class:`SystemKeyring`."""

    def get(self, service: str, name: str) -> bytes | None:
        """The secret or None."""

    def put(self, service: str, name: str, secret: bytes) -> None:
        """Store and read back."""

    def delete(self, service: str, name: str) -> None:
        """Remove if there."""


class Keys:
    """The keys of the profile in ``folder``, which belongs to one user on one device.

    ``costs`` is lowered by tests alone; it sets what new envelopes cost and the least that existing ones must.
    """

    def __init__(
        self,
        folder: Path,
        *,
        user: str,
        device: str,
        secrets: DeviceSecrets | None = None,
        costs: Costs = COSTS,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._folder = folder
        self._user = user
        self._device = device
        self._secrets: DeviceSecrets = secrets or SystemKeyring()
        self._costs = costs
        self.attempts = Attempts(folder, clock)

    @property
    def protection(self) -> Protection:
        """What protects the present envelope. NxcrmError ``keys_missing`` or ``keys_damaged``."""
        return self._envelopes()[0].header.protection

    def create(self, dek: bytearray, password: str, protection: Protection) -> None:
        """Seals a store's DEK for the first time. NxcrmError ``weak_password``, ``keyring_*``, ``disk_full``.

        The caller has made sure that the organisation allows ``protection``.
        """
        if any(self._slot(number).exists() for number in range(_SLOTS)):
            raise FileExistsError(self._folder)
        self._seal(dek, password, protection, generation=1)

    def unlock(self, password: str) -> bytearray:
        """The DEK. NxcrmError ``wrong_password``, ``unlock_throttled``, ``keyring_*``, ``keys_*``, ``kdf_too_weak``.

        A change of password that was interrupted is completed on the way. A locked keyring is no failed attempt.
        """
        envelope, device_secret = self._newest()
        self.attempts.begin()
        try:
            dek = envelope.open(password, device_secret, self._costs)
        except WrongSecret as problem:
            raise self._wrong_password() from problem
        self.attempts.succeeded()
        self._retire_other(envelope)
        return dek

    def change_password(self, old: str, new: str) -> None:
        """Seals the DEK anew, under a new password, salt and device secret. Raises as ``unlock`` and ``create`` do."""
        dek = self.unlock(old)
        try:
            present, _ = self._newest()
            self._seal(dek, new, present.header.protection, present.header.generation + 1)
        finally:
            wipe(dek)
        self._retire_other(self._envelopes()[0])

    def forget(self) -> None:
        """Shreds the device secrets first, then the envelopes: afterwards nothing opens the store."""
        there = [number for number in range(_SLOTS) if self._slot(number).exists()]
        # Killed while they were made, there may be a secret and no envelope yet.
        in_keyring = not there or any(self._uses_keyring(number) for number in there)
        for number in range(_SLOTS):
            if in_keyring:
                self._secrets.delete(self._service, self._entry(number))
            self._slot(number).unlink(missing_ok=True)
        sync_folder(self._folder)

    def _seal(self, dek: bytearray, password: str, protection: Protection, generation: int) -> None:
        password_policy.require(password, min_length=MIN_LENGTHS[protection])
        header = new_header(self._user, self._device, generation, protection, self._costs[protection])
        device_secret = b""
        if protection is Protection.KEYRING:
            device_secret = os.urandom(KEY_BYTES)
            self._secrets.put(self._service, self._entry(generation), device_secret)
        envelope = Envelope.seal(dek, header, password, device_secret)
        write_atomically(self._slot(generation), envelope.encode())

    def _newest(self) -> tuple[Envelope, bytes]:
        """The newest envelope whose device secret exists, and that secret (empty where the password alone protects)."""
        for envelope in self._envelopes():
            if envelope.header.protection is Protection.PASSWORD:
                return envelope, b""
            device_secret = self._secrets.get(self._service, self._entry(envelope.header.generation))
            if device_secret is not None:
                return envelope, device_secret
        raise NxcrmError(
            "device_secret_missing",
            "This computer's keyring no longer holds the secret that opens this profile.",
            safe="Your data is unharmed, but the password alone cannot open it.",
            todo="Log in to the computer as the user who enrolled it, or enrol again.",
        )

    def _envelopes(self) -> list[Envelope]:
        """The whole envelopes of this user and device, newest first."""
        files = [(number, self._slot(number)) for number in range(_SLOTS) if self._slot(number).exists()]
        if not files:
            raise _unusable("keys_missing", "has no key file")
        whole = [envelope for number, path in files if (envelope := self._read(number, path)) is not None]
        if not whole:
            raise _unusable("keys_damaged", "has a damaged key file")
        return sorted(whole, key=lambda envelope: -envelope.header.generation)

    def _read(self, number: int, path: Path) -> Envelope | None:
        try:
            envelope = Envelope.decode(path.read_bytes())
        except ValueError:
            return None
        header = envelope.header
        mine = (header.user, header.device, header.generation % _SLOTS) == (self._user, self._device, number)
        return envelope if mine else None

    def _retire_other(self, present: Envelope) -> None:
        """Removes the slot that is not in use: its secret first, so that the old envelope is dead at once."""
        for left_over in self._folder.glob(f"key.*{TEMPORARY_SUFFIX}"):
            left_over.unlink()
        other = present.header.generation + 1
        path = self._slot(other)
        if not path.exists():
            return
        if self._uses_keyring(other):
            self._secrets.delete(self._service, self._entry(other))
        path.unlink()
        sync_folder(self._folder)

    def _uses_keyring(self, number: int) -> bool:
        """Whether the slot may have a secret in the keyring; a damaged envelope may."""
        path = self._slot(number)
        if not path.exists():
            return False
        envelope = self._read(number % _SLOTS, path)
        return envelope is None or envelope.header.protection is Protection.KEYRING

    def _wrong_password(self) -> NxcrmError:
        interrupted = all(self._slot(number).exists() for number in range(_SLOTS))
        hint = " A change of password was interrupted: try the other one too." if interrupted else ""
        return NxcrmError(
            "wrong_password",
            "The password is wrong.",
            safe="Your data is unharmed and stays encrypted.",
            todo="Check Caps Lock and the keyboard's language, then try again." + hint,
            details={"failures": self.attempts.failures},
        )

    def _slot(self, generation: int) -> Path:
        return self._folder / f"key.{generation % _SLOTS}"

    @property
    def _service(self) -> str:
        return f"nxcrm/{self._device}"

    def _entry(self, generation: int) -> str:
        return f"{self._user}/{generation % _SLOTS}"


def _unusable(code: str, what: str) -> NxcrmError:
    return NxcrmError(
        code,
        f"This profile {what}.",
        safe="Nothing was changed.",
        todo="Restore the profile folder from a backup, or enrol again; what was synced is on the server.",
    )
