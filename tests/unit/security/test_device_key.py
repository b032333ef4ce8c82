"""The device's key signs, survives storing, and does not show itself."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nxcrm_desktop.security.device_key import DeviceKey


def test_a_stored_key_signs_for_the_same_device() -> None:
    key = DeviceKey.generate()
    signature = DeviceKey.from_secret(key.secret).sign(b"message")
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public))
    public.verify(bytes.fromhex(signature), b"message")
    with pytest.raises(InvalidSignature):
        public.verify(bytes.fromhex(signature), b"massage")


def test_keys_are_fresh_and_do_not_show() -> None:
    one, two = DeviceKey.generate(), DeviceKey.generate()
    assert one.public != two.public
    assert one.secret not in repr(one)


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "00" * 33])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        DeviceKey.from_secret(text)
