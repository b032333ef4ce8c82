"""The lease: the server's signed word on how long a device may open offline, for whom, in which role and scopes.

Text form: ``v1.<payload>.<signature>``, both base64url; the payload is JSON with sorted keys, the signature Ed25519
over ``nxcrm-lease|v1|`` + payload. The payload names the key it was signed with: a device pins that key at its first
contact, over verified TLS, and takes no other afterwards.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from nxcrm_desktop.errors import NxcrmError

_VERSION = "v1"
_CONTEXT = b"nxcrm-lease|v1|"

Instant = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """``issued_ms`` and ``expires_ms`` are UTC milliseconds by the server's clock; ``role`` a ``Role``; ``key`` hex."""

    device: str
    user: str
    role: str
    scopes: tuple[str, ...]
    issued_ms: Instant
    expires_ms: Instant
    key: str = ""

    def expired(self, now_ms: int) -> bool:
        """Whether the lease has run out at ``now_ms`` (take it from :func:`present`)."""
        return now_ms >= self.expires_ms


def sign(lease: Lease, key: Ed25519PrivateKey) -> str:
    """The lease as the text a device stores."""
    named = msgspec.structs.replace(lease, key=key.public_key().public_bytes_raw().hex())
    payload = msgspec.json.encode(named, order="deterministic")
    return ".".join([_VERSION, _encode(payload), _encode(key.sign(_CONTEXT + payload))])


def verify(text: str, *, device: str, user: str, pinned_key: str | None) -> Lease:
    """The lease in ``text``, if it is for this device and user and signed by the pinned key.

    ``pinned_key`` is the server's public key in hex, or None at first contact. Raises NxcrmError ``lease_invalid``.
    """
    try:
        version, payload, signature = text.split(".")
        body = _decode(payload)
        lease = msgspec.json.decode(body, type=Lease)
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(lease.key)).verify(_decode(signature), _CONTEXT + body)
    except (ValueError, binascii.Error, msgspec.DecodeError, InvalidSignature) as problem:
        raise _invalid("it is damaged or not signed") from problem
    if version != _VERSION or (lease.device, lease.user) != (device, user):
        raise _invalid("it belongs to another device or user")
    if pinned_key is not None and lease.key != pinned_key:
        raise _invalid("it was not signed by your organisation's server")
    return lease


def present(now_ms: int, high_water_ms: int) -> int:
    """The time to judge a lease by: a clock turned back counts as standing still."""
    return max(now_ms, high_water_ms)


def require_valid(lease: Lease, now_ms: int) -> None:
    """Raises NxcrmError ``lease_expired`` when the lease has run out at ``now_ms``."""
    if lease.expired(now_ms):
        raise NxcrmError(
            "lease_expired",
            "This device has been away from the server for longer than your organisation allows.",
            safe="Everything you saved is still here, encrypted.",
            todo="Connect to the network and sign in online.",
        )


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _invalid(why: str) -> NxcrmError:
    return NxcrmError(
        "lease_invalid",
        f"The server's permission to work offline cannot be used: {why}.",
        safe="Everything you saved is still here, encrypted.",
        todo="Connect to the network and sign in online; if that does not help, tell your administrator.",
    )
