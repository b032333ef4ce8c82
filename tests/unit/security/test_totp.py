"""One-time codes: the vectors of RFC 6238, the window, and that no step is taken twice."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.security import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
"""The seed of RFC 6238, appendix B, for SHA-1."""

VECTORS = {  # RFC 6238, appendix B; its eight digits end in our six
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("now", "eight"), VECTORS.items())
def test_rfc_6238_vectors(now: int, eight: str) -> None:
    assert totp.code_at(SECRET, now) == eight[-6:]
    assert totp.verify(SECRET, eight[-6:], None, now) == now // 30


def test_a_step_is_taken_once() -> None:
    now = 1111111109.0
    code = totp.code_at(SECRET, now)
    step = totp.verify(SECRET, code, None, now)
    assert step is not None
    assert totp.verify(SECRET, code, step, now) is None
    assert totp.verify(SECRET, code, step, now + 29) is None
    assert totp.verify(SECRET, totp.code_at(SECRET, now + 30), step, now + 30) == step + 1


def test_no_older_step_after_a_newer_one() -> None:
    now = 1111111109.0
    newer = totp.verify(SECRET, totp.code_at(SECRET, now + 30), None, now)
    assert totp.verify(SECRET, totp.code_at(SECRET, now), newer, now) is None


@given(st.integers(-5, 5), st.integers(3_000, 2**33))
def test_one_step_of_drift_and_no_more(drift: int, now: int) -> None:
    code = totp.code_at(SECRET, now + 30 * drift)
    near = {totp.code_at(SECRET, now + 30 * d) for d in (-1, 0, 1)}
    assert (totp.verify(SECRET, code, None, now) is not None) == (abs(drift) <= 1 or code in near)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "12 34", "12345\n", "１２３４５６"]
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert totp.verify(SECRET, typed, None, 59) is None


def test_spaces_as_authenticators_show_them() -> None:
    assert totp.verify(SECRET, "287 082", None, 59) == 1


def test_secrets_are_fresh_and_scan() -> None:
    one, two = totp.new_secret(), totp.new_secret()
    assert one != two
    assert len(base64.b32decode(one)) == 20
    parts = urlsplit(totp.provisioning_uri(one, "asha@example.in", "Nexa Motors"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query)["secret"] == [one]
    assert parse_qs(parts.query)["issuer"] == ["Nexa Motors"]
