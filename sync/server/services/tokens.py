"""Sessions: short access tokens, and refresh tokens that work once, on one device, and betray their theft when reused.

Tokens are random; the database holds only their SHA-256. All tokens of one sign-in are a family and end together.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, RowMapping

from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.auth import Refresh, TokenPair, refresh_text
from sync.protocol.codes import Code
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.store import accounts as store
from sync.server.store.accounts_tables import ACCESS_TOKEN, FAMILY, REFRESH_TOKEN
from sync.server.store.engine import write_transaction

ACCESS_MS = 15 * 60 * 1000
REFRESH_MS = 30 * 24 * 3600 * 1000
RETRY_MS = (1_000, 3600 * 1000)
"""A refresh token may be used again so long after its first use, once, if nothing of what it was exchanged for was.

The reply was lost then: whoever got it would have used it. Two uses at the same moment are two parties.
"""


@dataclass(frozen=True, slots=True)
class KnownSession:
    """What an access token stands for. ``expires_at``: when the token runs out, UTC milliseconds."""

    device_id: str
    user_id: str
    role: str
    family_id: str
    expires_at: int


class Tokens:
    """Issues, renews, judges and ends sessions."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context

    def begin(self, connection: Connection, device_id: str, user_id: str) -> TokenPair:
        """A new family for a device; earlier ones of the device end."""
        now = self._context.clock()
        store.end_families(connection, "device_id", device_id, "replaced", now)
        family_id = new_id()
        family: dict[str, Value] = {"id": family_id, "device_id": device_id, "user_id": user_id, "began_at": now}
        store.add(connection, FAMILY, family)
        return self._pair(connection, family_id, now)

    def refresh(self, request: Refresh) -> TokenPair:
        """A new pair for a refresh token. A token used before ends its family, unless the reply was lost.

        NxcrmError ``unauthenticated``, ``device_revoked`` or ``account_disabled``.
        """
        now, digest = self._context.clock(), _digest(request.refresh_token)
        with write_transaction(self._context.engine) as connection:
            known = store.refresh_token(connection, digest)
            if known is None or not _bound(known, request) or known["expires_at"] <= now:
                raise unauthenticated()
            _require_alive(known)
            if store.take_refresh_token(connection, digest, now):
                store.change_device(connection, request.device_id, {"last_seen_at": now})
                return self._pair(connection, known["family_id"], now, digest)
            if store.retry_refresh_token(connection, digest, now - RETRY_MS[1], now - RETRY_MS[0], now):
                return self._pair(connection, known["family_id"], now, digest)
            # Two hold the same token, and one of them stole it: both lose. Leaving the block commits that.
            self._betrayed(connection, known, now)
        raise unauthenticated()

    def session(self, token: str) -> KnownSession:
        """The session of an access token, by the state of device and user now. Errors as :meth:`refresh`."""
        now, digest = self._context.clock(), _digest(token)
        with self._context.engine.connect() as connection:
            known = store.session(connection, digest, now)
        if known is None:
            raise unauthenticated()
        _require_alive(known)
        if known["used_at"] is None:
            with write_transaction(self._context.engine) as connection:
                store.mark_access_token(connection, digest, now)
        return KnownSession(
            known["device_id"], known["user_id"], known["role"], known["family_id"], known["expires_at"]
        )

    def sign_out(self, request: Refresh) -> None:
        """Ends the session that the refresh token belongs to. NxcrmError ``unauthenticated``."""
        now = self._context.clock()
        with write_transaction(self._context.engine) as connection:
            known = store.refresh_token(connection, _digest(request.refresh_token))
            if known is None or not _bound(known, request):
                raise unauthenticated()
            if store.end_families(connection, "id", known["family_id"], "sign_out", now):
                audit.append(connection, _event("session.ended", known), now)

    def _pair(self, connection: Connection, family_id: str, now: int, parent: str | None = None) -> TokenPair:
        """``parent``: digest of the refresh token that is exchanged."""
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        common = {"family_id": family_id, "parent": parent, "used_at": None}
        store.add(connection, ACCESS_TOKEN, {**common, "digest": _digest(access), "expires_at": now + ACCESS_MS})
        store.add(
            connection,
            REFRESH_TOKEN,
            {**common, "digest": _digest(refresh), "expires_at": now + REFRESH_MS, "retried_at": None},
        )
        return TokenPair(access, now + ACCESS_MS, refresh)

    def _betrayed(self, connection: Connection, known: RowMapping, now: int) -> None:
        store.end_families(connection, "id", known["family_id"], "reuse", now)
        audit.append(connection, _event("session.refresh_reused", known), now)


def _event(action: str, known: RowMapping) -> audit.Event:
    return audit.Event(action, actor_id=known["user_id"], device_id=known["device_id"])


def verify_signature(public_key: str, signature: str, message: bytes) -> bool:
    """Whether the Ed25519 signature (hex) of ``message`` is by the key (hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), message)
    except InvalidSignature:
        return False
    return True


def unauthenticated() -> NxcrmError:
    """NxcrmError ``unauthenticated``: the token is unknown, spent, run out, or not this device's."""
    return NxcrmError(
        Code.UNAUTHENTICATED, "The session has ended.", safe="Nothing was changed.", todo="Sign in again."
    )


def _bound(known: RowMapping, request: Refresh) -> bool:
    message = refresh_text(request.device_id, request.refresh_token)
    return known["device_id"] == request.device_id and verify_signature(known["public_key"], request.signature, message)


def _require_alive(known: RowMapping) -> None:
    if known["state"] != "active":
        raise device_revoked()
    if not known["active"]:
        raise NxcrmError(
            "account_disabled", "This account has been switched off.", safe="Nothing was changed.",
            todo="Ask your administrator.",
        )  # fmt: skip
    if known["ended_at"] is not None:
        raise unauthenticated()


def device_revoked() -> NxcrmError:
    """NxcrmError ``device_revoked``."""
    return NxcrmError(
        Code.DEVICE_REVOKED,
        "This device may no longer be used with the server.",
        safe="The server keeps what was synced.",
        todo="Ask your administrator.",
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
