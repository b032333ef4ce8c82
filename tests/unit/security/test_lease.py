"""Leases: only the server's word counts, for this device and user, and time only moves forward."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import lease

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PUBLIC = KEY.public_key().public_bytes_raw().hex()
DAY = 86_400_000


def _lease(role: str = "sales") -> lease.Lease:
    return lease.Lease(
        device="device-1", user="user-1", role=role, scopes=("owner:user-1", "ref"), issued_ms=1_000, expires_ms=7 * DAY
    )


def _verify(text: str, pinned: str | None = PUBLIC, *, device: str = "device-1", user: str = "user-1") -> lease.Lease:
    return lease.verify(text, device=device, user=user, pinned_key=pinned)


def test_what_was_signed_is_what_is_read() -> None:
    found = _verify(lease.sign(_lease(), KEY))
    assert (found.role, found.scopes, found.expires_ms) == ("sales", ("owner:user-1", "ref"), 7 * DAY)


def test_first_contact_learns_the_key() -> None:
    assert _verify(lease.sign(_lease(), KEY), None).key == PUBLIC


def test_another_key_is_refused_afterwards() -> None:
    forged = lease.sign(_lease("admin"), OTHER)
    with pytest.raises(NxcrmError, match="lease_invalid"):
        _verify(forged)


@pytest.mark.parametrize(("device", "user"), [("device-2", "user-1"), ("device-1", "user-2")])
def test_another_device_or_user_cannot_use_it(device: str, user: str) -> None:
    with pytest.raises(NxcrmError, match="another device or user"):
        _verify(lease.sign(_lease(), KEY), device=device, user=user)


def test_a_role_edited_in_the_text_breaks_the_signature() -> None:
    version, payload, signature = lease.sign(_lease(), KEY).split(".")
    body = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).replace(b'"sales"', b'"admin"')
    forged = base64.urlsafe_b64encode(body).decode().rstrip("=")
    with pytest.raises(NxcrmError, match="lease_invalid"):
        _verify(f"{version}.{forged}.{signature}")


@given(st.data())
def test_no_single_altered_character_passes(data: st.DataObject) -> None:
    text = lease.sign(_lease(), KEY)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[at]))
    altered = text[:at] + letter + text[at + 1 :]
    try:
        found = _verify(altered)
    except NxcrmError as problem:
        assert problem.code == "lease_invalid"
    else:  # base64's last digit has bits that mean nothing
        assert found == _verify(text)


@given(st.text(max_size=80))
def test_rubbish_is_refused(text: str) -> None:
    with pytest.raises(NxcrmError, match="lease_invalid"):
        _verify(text)


def test_it_expires_to_the_millisecond() -> None:
    lease.require_valid(_lease(), 7 * DAY - 1)
    with pytest.raises(NxcrmError, match="lease_expired"):
        lease.require_valid(_lease(), 7 * DAY)


@given(st.lists(st.integers(0, 10 * DAY), min_size=1))
def test_a_clock_turned_back_gains_nothing(readings: list[int]) -> None:
    high = 0
    for reading in readings:
        now = lease.present(reading, high)
        assert now >= high
        high = now
    assert _lease().expired(high) == (max(readings) >= 7 * DAY)
