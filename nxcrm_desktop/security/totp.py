"""One-time codes by time (RFC 6238: SHA-1, 30 s, 6 digits). Each step is accepted once; pyotp alone takes it twice."""

from __future__ import annotations

import hmac

import pyotp

STEP_SECONDS = 30
DIGITS = 6
DRIFT_STEPS = 1
"""Steps before and after the present one that are accepted: phones' clocks differ (RFC 6238, section 5.2)."""


def new_secret() -> str:
    """A fresh shared secret: 160 random bits in base32."""
    return pyotp.random_base32(length=32)


def provisioning_uri(secret: str, user: str, issuer: str) -> str:
    """The ``otpauth://`` address that an authenticator scans as a QR code."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(name=user, issuer_name=issuer)


def step_at(now: float) -> int:
    """The number of the 30-second step at ``now`` (seconds since 1970)."""
    return int(now) // STEP_SECONDS


def code_at(secret: str, now: float) -> str:
    """The code an authenticator shows at ``now`` (seconds since 1970)."""
    return _code(secret, step_at(now))


def verify(secret: str, code: str, last_step: int | None, now: float) -> int | None:
    """The step ``code`` belongs to, or None when it is wrong, too old, too new, or of a step already used.

    ``last_step`` is the step accepted before (None: none yet). The caller stores the result in the transaction of the
    sign-in, so that no code is taken twice. Every candidate is compared, in constant time.
    """
    typed = code.replace(" ", "")
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    present = step_at(now)
    found: int | None = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        same = hmac.compare_digest(_code(secret, step), typed)
        if same and (last_step is None or step > last_step):
            found = step
    return found


def _code(secret: str, step: int) -> str:
    return pyotp.HOTP(secret, digits=DIGITS).at(step) if step >= 0 else ""
