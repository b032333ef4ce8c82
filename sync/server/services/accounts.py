"""Proving who one is, enrolling a device, signing in again.

A wrong password, a wrong code, a used code, an unknown and a disabled user are one answer, given after the same work.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, RowMapping

from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import password_policy
from sync.protocol.auth import Enrol, Policy, Session, SignIn, sign_in_text
from sync.server.context import ServerContext
from sync.server.services import audit, devices, lease
from sync.server.services.passwords import Passwords
from sync.server.services.second_factor import Factor, SecondFactor
from sync.server.services.throttle import Limit, Throttle, limits_for, limits_for_device
from sync.server.services.tokens import Tokens, device_revoked, verify_signature
from sync.server.store import accounts as store
from sync.server.store.access import access_of
from sync.server.store.engine import read_snapshot, write_transaction


@dataclass(frozen=True, slots=True)
class _Proven:
    """A user whose password and second factor were right when looked at."""

    user: RowMapping
    credential: RowMapping
    factor: Factor


class Accounts:
    """The two doors to a session. One per process."""

    def __init__(self, context: ServerContext, tokens: Tokens) -> None:
        self._context = context
        self._tokens = tokens
        self._passwords = Passwords()
        self._factors = SecondFactor(context)
        self._throttle = Throttle(context)

    def enrol(self, request: Enrol, address: str) -> Session:
        """Makes a device one of the user's and signs it in.

        NxcrmError ``bad_credentials``, ``throttled``, ``password_change_required``, ``weak_password``,
        ``password_only_refused``, ``device_exists``, ``device_revoked``.
        """
        username = canonical(request.user)
        proven = self._prove(username, request.password, request.otp, limits_for(username, address))
        password_only = request.device.key_protection == "password"
        if password_only and not self._context.config.password_only_allowed:
            raise _password_only_refused()
        new_hash = self._new_hash(proven, request.password, request.new_password, password_only=password_only)
        with write_transaction(self._context.engine) as connection:
            self._use(connection, proven, new_hash)
            now = self._context.clock()
            device_id = devices.register(connection, request.device, proven.user["id"], now)
            event = audit.Event("device.enrolled", proven.user["id"], device_id, "device", device_id)
            audit.append(connection, event, now)
            codes = self._first_codes(connection, proven.user["id"])
            session = self._session(connection, proven.user, device_id, password_only=password_only, codes=codes)
            replaced = devices.settled_of(connection, request.device.replaces, proven.user["id"])
            return msgspec.structs.replace(session, replaced_n=replaced)

    def sign_in(self, request: SignIn, address: str) -> Session:
        """Signs in on a device that was enrolled. NxcrmError as :meth:`enrol`."""
        username = canonical(request.user)
        device = self._signing_device(request)
        limits = limits_for_device(device["id"]) if device else limits_for(username, address)
        proven = self._prove(username, request.password, request.otp, limits)
        if device is None or device["user_id"] != proven.user["id"]:
            raise bad_credentials()
        if device["state"] != "active":
            raise device_revoked()
        password_only = device["key_protection"] == "password"
        new_hash = self._new_hash(proven, request.password, request.new_password, password_only=password_only)
        with write_transaction(self._context.engine) as connection:
            self._use(connection, proven, new_hash)
            now = self._context.clock()
            store.change_device(connection, device["id"], {"last_seen_at": now})
            audit.append(connection, audit.Event("session.began", proven.user["id"], device["id"]), now)
            return self._session(connection, proven.user, device["id"], password_only=password_only, codes=[])

    def _signing_device(self, request: SignIn) -> RowMapping | None:
        """The device, if the signature is its own."""
        with read_snapshot(self._context.engine) as connection:
            device = store.device(connection, request.device_id)
        message = sign_in_text(request.device_id, request.otp)
        if device is None or not verify_signature(device["public_key"], request.signature, message):
            return None
        return device

    def _prove(self, username: str, password: str, otp: str, limits: Sequence[Limit]) -> _Proven:
        self._throttle.admit(limits)
        with read_snapshot(self._context.engine) as connection:
            user = store.user_by_name(connection, username)
            credential = store.credential(connection, user["id"] if user else "")
            sealed, last = (credential["totp_secret"], credential["totp_step"]) if credential else (None, 0)
            factor = self._factors.judge(connection, user["id"] if user else None, sealed, last, otp)
        right = self._passwords.verify(credential["password_hash"] if credential else None, password)
        if not right or factor is None or user is None or credential is None or not user["active"]:
            raise bad_credentials()
        self._throttle.forgive(limits)
        return _Proven(user, credential, factor)

    def _new_hash(self, proven: _Proven, password: str, new: str | None, *, password_only: bool) -> str | None:
        """The hash of the password from now on, or None to keep the present one."""
        least = _least(password_only=password_only)
        if new is None:
            if proven.credential["temporary"]:
                raise _change_required()
            if len(password_policy.normalise(password)) < least:
                password_policy.require(password, min_length=least)
            return None
        personal = (proven.user["username"], proven.user["full_name"], self._context.config.organisation)
        password_policy.require(new, min_length=least, personal=personal)
        if hmac.compare_digest(new.encode(), password.encode()):
            raise NxcrmError(
                "weak_password", "The new password is the old one.", safe="Your password was not changed.",
                todo="Choose another.",
            )  # fmt: skip
        return self._passwords.hash(new)

    def _use(self, connection: Connection, proven: _Proven, new_hash: str | None) -> None:
        """Uses up the second factor and stores the new password, if any: both or neither."""
        if not self._factors.take(connection, proven.user["id"], proven.factor):
            raise bad_credentials()
        if new_hash is not None:
            now = self._context.clock()
            changed: dict[str, Value] = {"password_hash": new_hash, "temporary": 0, "changed_at": now}
            store.change_credential(connection, proven.user["id"], changed)
            audit.append(connection, audit.Event("password.changed", proven.user["id"]), now)

    def _first_codes(self, connection: Connection, user_id: str) -> list[str]:
        if store.has_recovery_codes(connection, user_id):
            return []
        return self._factors.new_recovery_codes(connection, user_id)

    def _session(
        self, connection: Connection, user: RowMapping, device_id: str, *, password_only: bool, codes: list[str]
    ) -> Session:
        scopes = access_of(connection, user["id"]).scopes
        pair = self._tokens.begin(connection, device_id, user["id"])
        policy = self._context.config.policy
        return Session(
            device_id=device_id,
            user_id=user["id"],
            full_name=user["full_name"],
            role=user["role"],
            access_token=pair.access_token,
            access_expires_ms=pair.access_expires_ms,
            refresh_token=pair.refresh_token,
            policy=Policy(
                self._context.config.password_only_allowed, _least(password_only=password_only), policy.offline_days
            ),
            lease=lease.issue(self._context, device_id, user["id"], user["role"], scopes),
            lease_key=self._context.keys.public,
            recovery_codes=codes,
        )


def canonical(username: str) -> str:
    """A user name as it is stored: NFKC, without case or surrounding blanks."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def bad_credentials() -> NxcrmError:
    """NxcrmError ``bad_credentials``: the one answer to everything that is wrong about who somebody says they are."""
    return NxcrmError(
        "bad_credentials",
        "User name, password or one-time code is wrong.",
        safe="Nothing was changed.",
        todo="Check them, wait for a new code, and try again.",
    )


def _least(*, password_only: bool) -> int:
    return password_policy.MIN_LENGTH_PASSWORD_ONLY if password_only else password_policy.MIN_LENGTH


def _change_required() -> NxcrmError:
    return NxcrmError(
        "password_change_required",
        "This is a temporary password.",
        safe="Nothing was changed.",
        todo="Choose a password of your own and send it along.",
    )


def _password_only_refused() -> NxcrmError:
    return NxcrmError(
        "password_only_refused",
        "This device has no system keyring, and your organisation does not allow devices without one.",
        safe="Nothing was changed.",
        todo="Set up a keyring, or ask your administrator.",
    )
