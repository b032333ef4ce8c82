"""Accounts as a device sees them: enrolment, sign-in, and access tokens that are renewed before anyone notices."""

from __future__ import annotations

import threading
from typing import Final, Literal

from msgspec import Struct

from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import from_problem
from sync.client.ports import Clock, DeviceKey, Tokens, TokenVault
from sync.client.transport import Transport
from sync.protocol.codes import Code
from sync.protocol.messages import Problem

KeyProtection = Literal["keyring", "password"]
_EARLY_MS: Final = 30_000
"""A token that runs out within this time is renewed first: device and server clocks differ, requests take time."""


class EnrolDevice(Struct, frozen=True, omit_defaults=True):
    """The device as it introduces itself. ``id``: the one it already has, when it is enrolled again."""

    name: str
    os: str
    public_key: str
    key_protection: KeyProtection
    id: str | None = None


class EnrolRequest(Struct, frozen=True, omit_defaults=True):
    """``new_password`` replaces the temporary password an administrator handed out."""

    user: str
    password: str
    otp: str
    device: EnrolDevice
    new_password: str | None = None


class Policy(Struct, frozen=True):
    """What the organisation asks of devices."""

    password_only_devices: bool
    min_password_length: int
    offline_days: int


class EnrolReply(Struct, frozen=True):
    """Who this device now belongs to, and its first tokens. ``recovery_codes`` come once and are never shown again.

    ``lease``, and the server's key it is signed with (Ed25519, hex): see security.lease.
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

    @property
    def tokens(self) -> Tokens:
        """The tokens to keep."""
        return Tokens(self.access_token, self.access_expires_ms, self.refresh_token)


class TokenReply(Struct, frozen=True):
    """A new pair of tokens."""

    access_token: str
    access_expires_ms: int
    refresh_token: str


class _SignIn(Struct, frozen=True):
    user: str
    password: str
    otp: str
    device_id: str
    signature: str


class _Proof(Struct, frozen=True):
    refresh_token: str
    device_id: str
    signature: str


def enrol(transport: Transport, request: EnrolRequest) -> EnrolReply:
    """Make this device one of the user's.

    NxcrmError bad_credentials, password_change_required, weak_password, throttled, password_only_refused.
    """
    return transport.post("/v1/auth/enrol", request, EnrolReply, signed_in=False)


class Session:
    """The signed-in device: a :class:`sync.client.ports.TokenSource`. Thread-safe.

    A refresh token is good once, so only one thread renews at a time, and the new pair is stored before it is used.
    """

    def __init__(self, transport: Transport, vault: TokenVault, key: DeviceKey, device_id: str, clock: Clock) -> None:
        self._transport = transport
        self._vault = vault
        self._key = key
        self._device_id = device_id
        self._clock = clock
        self._turn = threading.Lock()

    def access_token(self) -> str:
        """The current token, renewed first if it has run out by this device's clock. NxcrmError sign_in_needed."""
        with self._turn:
            tokens = self._tokens()
            fresh = self._clock.now_ms() + _EARLY_MS < tokens.access_expires_ms
            return tokens.access_token if fresh else self._refresh(tokens)

    def renew(self, refused: str) -> str:
        """Another token than the refused one. NxcrmError sign_in_needed, device_revoked, server_unreachable, …"""
        with self._turn:
            tokens = self._tokens()
            return tokens.access_token if tokens.access_token != refused else self._refresh(tokens)

    def sign_in(self, user: str, password: str, otp: str) -> None:
        """Sign in anew on this device. NxcrmError bad_credentials, throttled, device_revoked."""
        signature = self._sign("nxcrm-sign-in", otp)
        message = _SignIn(user, password, otp, self._device_id, signature)
        with self._turn:
            self._keep(self._transport.post("/v1/auth/sign-in", message, TokenReply, signed_in=False))

    def sign_out(self) -> None:
        """End the session at the server, then here. NxcrmError when it cannot be reached: nothing has changed."""
        with self._turn:
            tokens = self._vault.load()
            if tokens is None:
                return
            self._transport.send("/v1/auth/sign-out", self._proof(tokens), signed_in=False)
            self._vault.save(None)

    def _tokens(self) -> Tokens:
        tokens = self._vault.load()
        if tokens is None:
            raise _sign_in_needed()
        return tokens

    def _refresh(self, tokens: Tokens) -> str:
        """NxcrmError sign_in_needed when the server refuses; the tokens are then forgotten."""
        try:
            reply = self._transport.post("/v1/auth/refresh", self._proof(tokens), TokenReply, signed_in=False)
        except NxcrmError as error:
            if error.code in ("sign_in_needed", "bad_credentials"):
                self._vault.save(None)
                raise _sign_in_needed() from error
            raise
        return self._keep(reply)

    def _keep(self, reply: TokenReply) -> str:
        self._vault.save(Tokens(reply.access_token, reply.access_expires_ms, reply.refresh_token))
        return reply.access_token

    def _proof(self, tokens: Tokens) -> _Proof:
        """A refresh token is good only together with a signature of the device it was given to."""
        signature = self._sign("nxcrm-refresh", tokens.refresh_token)
        return _Proof(tokens.refresh_token, self._device_id, signature)

    def _sign(self, purpose: str, what: str) -> str:
        return self._key.sign(f"{purpose}|{self._device_id}|{what}".encode())


def _sign_in_needed() -> NxcrmError:
    return from_problem(Problem(Code.UNAUTHENTICATED, ""))
