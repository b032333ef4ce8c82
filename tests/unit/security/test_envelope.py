"""The envelope opens with exactly its password and device secret, and with no byte altered."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.envelope import (
    COSTS,
    Envelope,
    KdfCost,
    Protection,
    WrongSecret,
    new_header,
    wipe,
)
from tests.helpers.keys import CHEAP, OLD

DEK = bytes(range(32))
SECRET = b"s" * 32


def _sealed(protection: Protection = Protection.KEYRING, secret: bytes = SECRET) -> Envelope:
    header = new_header("user-1", "device-1", 1, protection, CHEAP[protection])
    return Envelope.seal(bytearray(DEK), header, OLD, secret)


def _with_header(envelope: Envelope, **changes: object) -> bytes:
    """The envelope as a forger writes it: other header, right length and hash."""
    body = json.dumps({**json.loads(envelope.aad[10:]), **changes}, separators=(",", ":")).encode()
    whole = envelope.aad[:8] + len(body).to_bytes(2, "big") + body + envelope.nonce + envelope.sealed
    return whole + hashlib.sha256(whole).digest()


@pytest.mark.parametrize(("protection", "secret"), [(Protection.KEYRING, SECRET), (Protection.PASSWORD, b"")])
def test_it_opens_with_what_it_was_sealed_with(protection: Protection, secret: bytes) -> None:
    stored = _sealed(protection, secret).encode()
    assert DEK not in stored
    assert Envelope.decode(stored).open(OLD, secret, CHEAP) == DEK


@pytest.mark.parametrize(
    ("password", "secret"), [("wrong", SECRET), (OLD, b"t" * 32), (OLD, b""), ("", SECRET), (OLD + " ", SECRET)]
)
def test_it_opens_with_nothing_less(password: str, secret: bytes) -> None:
    with pytest.raises(WrongSecret):
        _sealed().open(password, secret, CHEAP)


def test_a_password_is_the_same_however_it_is_composed() -> None:
    header = new_header("user-1", "device-1", 1, Protection.KEYRING, CHEAP[Protection.KEYRING])
    envelope = Envelope.seal(bytearray(DEK), header, "caf\u00e9 au lait, s'il vous plait", SECRET)
    assert envelope.open("cafe\u0301 au lait, s'il vous plait", SECRET, CHEAP) == DEK


@given(st.data())
def test_no_flipped_bit_opens(data: st.DataObject) -> None:
    stored = bytearray(_sealed().encode())
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ValueError, match=r".+"):
        Envelope.decode(bytes(stored))


@given(st.data())
def test_no_flipped_bit_opens_even_with_the_hash_made_right(data: st.DataObject) -> None:
    body = bytearray(_sealed().encode()[:-32])
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    body[bit // 8] ^= 1 << bit % 8
    with pytest.raises((ValueError, WrongSecret, NxcrmError)):
        Envelope.decode(bytes(body) + hashlib.sha256(body).digest()).open(OLD, SECRET, CHEAP)


@pytest.mark.parametrize(
    "changes", [{"user": "user-2"}, {"device": "device-2"}, {"generation": 3}, {"memory_kib": 128}]
)
def test_every_field_of_the_header_is_authenticated(changes: dict[str, object]) -> None:
    with pytest.raises(WrongSecret):
        Envelope.decode(_with_header(_sealed(), **changes)).open(OLD, SECRET, CHEAP)


@pytest.mark.parametrize("changes", [{"memory_kib": 63}, {"memory_kib": 8, "passes": 64}])
def test_cheaper_parameters_are_refused_before_any_work(changes: dict[str, object]) -> None:
    with pytest.raises(NxcrmError, match="kdf_too_weak"):
        Envelope.decode(_with_header(_sealed(), **changes)).open(OLD, SECRET, CHEAP)


@pytest.mark.parametrize("changes", [{"memory_kib": 2**40}, {"passes": 10**9}, {"version": 2}, {"salt": ""}, {"x": 1}])
def test_absurd_headers_are_no_envelopes(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Envelope.decode(_with_header(_sealed(), **changes))


@given(st.binary(max_size=300))
def test_rubbish_is_no_envelope(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Envelope.decode(data)


def test_production_costs_are_those_of_the_design() -> None:
    assert COSTS[Protection.KEYRING] == KdfCost(memory_kib=64 * 1024, passes=3, lanes=1)
    assert COSTS[Protection.PASSWORD] == KdfCost(memory_kib=256 * 1024, passes=4, lanes=1)


def test_an_envelope_at_full_cost_opens_by_default_and_a_cheap_one_does_not() -> None:
    header = new_header("user-1", "device-1", 1, Protection.KEYRING, COSTS[Protection.KEYRING])
    assert Envelope.seal(bytearray(DEK), header, OLD, SECRET).open(OLD, SECRET) == DEK
    with pytest.raises(NxcrmError, match="kdf_too_weak"):
        _sealed().open(OLD, SECRET)


def test_wiping_leaves_zeros() -> None:
    secret = bytearray(DEK)
    wipe(secret)
    assert secret == bytes(32)
