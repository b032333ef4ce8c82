"""The device's own Ed25519 key (RFC 8032), kept inside the encrypted store: proof of which device speaks."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class DeviceKey:
    """A private key that signs for one device. ``repr`` never shows it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> DeviceKey:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_secret(cls, text: str) -> DeviceKey:
        """The key stored as :attr:`secret`. ValueError for anything else."""
        return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text)))

    @property
    def secret(self) -> str:
        """The private key as 64 hex digits, for the encrypted store only."""
        return self._key.private_bytes_raw().hex()

    @property
    def public(self) -> str:
        """The public key as 64 hex digits."""
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        """The signature of ``message`` as 128 hex digits."""
        return self._key.sign(message).hex()

    def __repr__(self) -> str:
        return f"DeviceKey(public={self.public})"
