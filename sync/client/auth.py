"""Accounts as a device sees them: enrolment, sign-in, and access tokens that are renewed before anyone notices."""

from __future__ import annotations

import threading
from typing import Final

from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import from_problem
from sync.client.ports import Clock, DeviceKey, Tokens, TokenVault
from sync.client.transport import Transport
from sync.protocol import auth
from sync.protocol.codes import Code
from sync.protocol.messages import Problem

_EARLY_MS: Final = 30_000
"""A token that runs out within this time is renewed first: device and server clocks differ, requests take time."""


def enrol(transport: Transport, request: auth.Enrol) -> auth.Session:
    """Make this device one of the user's; keep its :func:`tokens_of` before anything else.

    NxcrmError bad_credentials, password_change_required, weak_password, throttled, password_only_refused.
    """
    return transport.post("/v1/auth/enrol", request, auth.Session, signed_in=False)


def tokens_of(reply: auth.Session | auth.TokenPair) -> Tokens:
    """The tokens to keep."""
    return Tokens(reply.access_token, reply.access_expires_ms, reply.refresh_token)


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

    def sign_in(self, user: str, password: str, otp: str, new_password: str | None = None) -> auth.Session:
        """Sign in anew on this device. NxcrmError as :func:`enrol`, and device_revoked."""
        signature = self._key.sign(auth.sign_in_text(self._device_id, otp))
        message = auth.SignIn(user, password, otp, self._device_id, signature, new_password)
        with self._turn:
            reply = self._transport.post("/v1/auth/sign-in", message, auth.Session, signed_in=False)
            self._vault.save(tokens_of(reply))
        return reply

    def become(self, device_id: str, key: DeviceKey) -> None:
        """The device has a new identity, and its tokens are in the vault."""
        with self._turn:
            self._device_id, self._key = device_id, key

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
            reply = self._transport.post("/v1/auth/refresh", self._proof(tokens), auth.TokenPair, signed_in=False)
        except NxcrmError as error:
            if error.code in ("sign_in_needed", "bad_credentials"):
                self._vault.save(None)
                raise _sign_in_needed() from error
            raise
        self._vault.save(tokens_of(reply))
        return reply.access_token

    def _proof(self, tokens: Tokens) -> auth.Refresh:
        """A refresh token is good only together with a signature of the device it was given to."""
        signature = self._key.sign(auth.refresh_text(self._device_id, tokens.refresh_token))
        return auth.Refresh(tokens.refresh_token, self._device_id, signature)


def _sign_in_needed() -> NxcrmError:
    return from_problem(Problem(Code.UNAUTHENTICATED, ""))
