"""Tables of accounts, devices, sessions and the audit chain. None of them syncs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from nxcrm_desktop.domain.facts import Personal
from sync.server.store.tables import own_table

_WITH_THE_ACCOUNT = "Removed with the member of staff's account."


def _table(name: str, holds: str, *columns: Column[object] | Index, erased_by: str = _WITH_THE_ACCOUNT) -> Table:
    return own_table(name, holds, *columns, personal=Personal.TECHNICAL, erased_by=erased_by)


def _key(name: str) -> Column[object]:
    return Column(name, Text, primary_key=True)


def _text(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, BigInteger, nullable=null)


CREDENTIAL = _table(
    "credential",
    "Password hash and one-time-code secret of each member of staff.",
    _key("user_id"),
    _text("password_hash"),  # Argon2id, PHC string
    _number("temporary"),  # 1: opens nothing until it is replaced
    _number("changed_at"),
    _text("totp_secret"),  # sealed with the server's key
    _number("totp_step"),  # last step accepted (RFC 6238); a code of it or before is refused
)
RECOVERY_CODE = _table(
    "recovery_code",
    "Keyed digests of recovery codes.",
    _key("digest"),
    _text("user_id"),
    _number("used_at", null=True),
    Index(None, "user_id"),
)
DEVICE = _table(
    "device",
    "Enrolled devices: whose, on what system, with which key, seen when, still trusted or not.",
    _key("id"),
    _text("user_id"),
    _text("name"),
    _text("os"),
    _text("public_key"),  # Ed25519, hex
    _text("key_protection"),  # keyring | password
    _text("state"),  # active | revoked
    _number("enrolled_at"),
    _number("last_seen_at"),
    Index(None, "user_id"),
)
FAMILY = _table(
    "session_family",
    "Sign-ins. All tokens that descend from one sign-in are a family and end together.",
    _key("id"),
    _text("device_id"),
    _text("user_id"),
    _number("began_at"),
    _number("ended_at", null=True),
    _text("ended_by", null=True),  # sign_out | reuse | device | account | replaced
    Index(None, "device_id"),
    Index(None, "user_id"),
)
REFRESH_TOKEN = _table(
    "refresh_token",
    "Digests of refresh tokens.",
    _key("digest"),
    _text("family_id"),
    _number("expires_at"),
    _number("used_at", null=True),
    _text("parent", null=True),  # digest of the refresh token it was exchanged for
    _number("retried_at", null=True),  # exchanged a second time, as the reply to the first was lost
    Index(None, "expires_at"),
    Index(None, "parent"),
)
ACCESS_TOKEN = _table(
    "access_token",
    "Digests of access tokens.",
    _key("digest"),
    _text("family_id"),
    _number("expires_at"),
    _text("parent", null=True),  # digest of the refresh token it was exchanged for
    _number("used_at", null=True),  # first use
    Index(None, "expires_at"),
    Index(None, "parent"),
)
THROTTLE = _table(
    "throttle",
    "Failed sign-ins lately, by keyed digest of an account, an address or a device.",
    _key("key"),
    _number("free_at"),
    Index(None, "free_at"),
    erased_by="Every entry falls out within a day.",
)
AUDIT_HEAD = own_table(
    "audit_head",
    "One row: position and hash of the last audit event.",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    _number("position"),
    _text("hash"),
    personal=Personal.NONE,
    erased_by="Nothing personal.",
)
