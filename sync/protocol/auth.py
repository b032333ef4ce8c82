"""The messages of accounts: enrolling a device, signing in, refreshing. JSON over HTTPS under ``/v1/auth/``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sync.protocol.messages import Id
from sync.protocol.prepared import prepare

# No control characters: PostgreSQL refuses NUL in text, and a line break in a name forges a log line.
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^(?![\s\S]*[\x00-\x1f\x7f])")]
Secret = Annotated[str, Meta(min_length=1, max_length=1024)]
PublicKey = Annotated[str, Meta(max_length=64, pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, Meta(max_length=128, pattern=r"^[0-9a-f]{128}$")]
Token = Annotated[str, Meta(max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
KeyProtection = Literal["keyring", "password"]


def refresh_text(device: str, refresh_token: str) -> bytes:
    """What a device signs to use a refresh token: the token alone, stolen, opens nothing."""
    return b"|".join([b"nxcrm-refresh", device.encode(), refresh_token.encode()])


def sign_in_text(device: str, otp: str) -> bytes:
    """What a device signs to sign in again; ``otp`` exactly as sent, so that the signature too is good once."""
    return b"|".join([b"nxcrm-sign-in", device.encode(), otp.encode()])


class NewDevice(Struct, frozen=True):
    """A device at enrolment. ``public_key``: Ed25519, hex. ``id``: a UUID it made, or None for one by the server.

    ``replaces``: the id it had, when it takes a new one because its files were put back or copied.
    """

    name: Line
    os: Line
    public_key: PublicKey
    key_protection: KeyProtection
    id: Id | None = None
    replaces: Id | None = None


class Enrol(Struct, frozen=True):
    """Password, one-time code (or a recovery code) and device. A temporary password must come with a new one."""

    user: Line
    password: Secret
    otp: Line
    device: NewDevice
    new_password: Secret | None = None


class SignIn(Struct, frozen=True):
    """Sign in again on an enrolled device; ``signature`` is over :func:`sign_in_text`."""

    user: Line
    password: Secret
    otp: Line
    device_id: Id
    signature: Signature
    new_password: Secret | None = None


class Refresh(Struct, frozen=True):
    """A refresh token and the proof of its device: for a new pair, once, or to sign out.

    ``signature`` is over :func:`refresh_text`.
    """

    refresh_token: Token
    device_id: Id
    signature: Signature


class Policy(Struct, frozen=True):
    """The organisation's rules for devices. ``offline_days``: how long a lease lasts."""

    password_only_devices: bool
    min_password_length: int
    offline_days: int


class Session(Struct, frozen=True):
    """A signed-in device. ``lease`` and ``lease_key`` (Ed25519, hex): see security.lease.

    ``recovery_codes`` are shown once, at a user's first enrolment, and are empty ever after. ``must_change_password``
    is false whenever a session is given: a temporary password opens none (``password_change_required``).

    ``replaced_n``: the last edit that the server holds of the device it replaces; None if it knows no such device of
    this user.
    """

    device_id: str
    user_id: str
    full_name: str
    role: str
    access_token: str
    access_expires_ms: int
    refresh_token: str
    policy: Policy
    lease: str
    lease_key: str
    must_change_password: bool = False
    recovery_codes: list[str] = []
    replaced_n: int | None = None


class TokenPair(Struct, frozen=True):
    """What refreshing gives: the old refresh token is spent."""

    access_token: str
    access_expires_ms: int
    refresh_token: str


prepare(vars())
