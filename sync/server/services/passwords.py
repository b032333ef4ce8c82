"""Passwords at the server: Argon2id (RFC 9106), and no faster for users that do not exist."""

from __future__ import annotations

import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from nxcrm_desktop.security.password_policy import normalise

_MEMORY_KIB = 64 * 1024
_PASSES = 3
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """Hashes and verifies. One per process."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)
        # As costly to verify as a real one, and the hash of nothing anybody knows.
        self._decoy = f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p=1${_random(16)}${_random(32)}"

    def hash(self, password: str) -> str:
        """The password as an Argon2id PHC string."""
        return self._hasher.hash(normalise(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is right. With nothing stored the answer is no, after the same work."""
        try:
            self._hasher.verify(stored or self._decoy, normalise(password))
        except VerificationError:
            return False
        return stored is not None


def _random(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")


def temporary_password() -> str:
    """A random password to hand over once: 20 letters and digits that are not mistaken for each other, 98 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
