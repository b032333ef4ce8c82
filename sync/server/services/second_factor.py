"""The second factor: a one-time code, each step of it good once, or a recovery code, good once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from nxcrm_desktop.security import totp
from sync.server.context import ServerContext
from sync.server.store import accounts as store

_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LETTERS = 12
_GROUP = 4
_PURPOSE = "totp"


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor that was right when looked at; it counts only once :meth:`SecondFactor.take` succeeds."""

    step: int | None = None
    recovery_digest: str = ""


class SecondFactor:
    """Makes and judges second factors. Secrets are sealed with the server's key, recovery codes are digests."""

    def __init__(self, context: ServerContext) -> None:
        self._context = context
        self._decoy = context.keys.seal(_PURPOSE, "", totp.new_secret())

    def new_secret(self, user_id: str, username: str) -> tuple[str, str]:
        """A new sealed secret, and the address (QR code) that hands it to an authenticator."""
        secret = totp.new_secret()
        uri = totp.provisioning_uri(secret, username, self._context.config.organisation)
        return self._context.keys.seal(_PURPOSE, user_id, secret), uri

    def judge(
        self, connection: Connection, user_id: str | None, sealed: str | None, last_step: int, typed: str
    ) -> Factor | None:
        """The factor that was typed, if right and unused; the same work is done for a user that does not exist."""
        secret = self._context.keys.open(_PURPOSE, user_id or "", sealed or self._decoy)
        step = totp.verify(secret, typed, last_step, self._context.clock() / 1000)
        digest = self._digest(user_id or "", typed)
        recovery = store.recovery_code_open(connection, digest)
        if user_id is None or sealed is None:
            return None
        if step is not None:
            return Factor(step=step)
        return Factor(recovery_digest=digest) if recovery else None

    def take(self, connection: Connection, user_id: str, factor: Factor) -> bool:
        """Uses the factor up. False when somebody else was quicker."""
        if factor.step is not None:
            return store.take_step(connection, user_id, factor.step)
        return store.take_recovery_code(connection, factor.recovery_digest, self._context.clock())

    def new_recovery_codes(self, connection: Connection, user_id: str) -> list[str]:
        """Ten fresh recovery codes in place of all earlier ones. They are told once and stored as digests."""
        codes = [_grouped("".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LETTERS))) for _ in range(_CODES)]
        store.replace_recovery_codes(connection, user_id, [self._digest(user_id, code) for code in codes])
        return codes

    def _digest(self, user_id: str, typed: str) -> str:
        letters = "".join(letter for letter in typed.casefold() if letter.isalnum())
        return self._context.keys.pseudonym("recovery", f"{user_id}|{letters}")


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))
