"""The server's own key: one Ed25519 key that signs, and from which every other server secret is derived."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import write_atomically

_NONCE = 12


class ServerKeys:
    """The signing key and what follows from it. ``repr`` shows no secret."""

    def __init__(self, signing: Ed25519PrivateKey) -> None:
        self.signing = signing

    @classmethod
    def create(cls, path: Path) -> ServerKeys:
        """Makes a new key and stores it, readable by its owner alone."""
        key = Ed25519PrivateKey.generate()
        write_atomically(path, key.private_bytes_raw().hex().encode() + b"\n")
        return cls(key)

    @classmethod
    def load(cls, path: Path) -> ServerKeys:
        """The key in ``path``. NxcrmError ``signing_key_missing``."""
        try:
            return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip())))
        except (OSError, ValueError) as problem:
            raise NxcrmError(
                "signing_key_missing",
                f"The server's signing key {path} is missing or damaged.",
                safe="The database is untouched.",
                todo="Put the key back from your backup; without it no device's lease or cursor can be trusted.",
            ) from problem

    @property
    def public(self) -> str:
        """The public key that devices pin, as 64 hex digits."""
        return self.signing.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        """The Ed25519 signature of a message, as 128 hex digits."""
        return self.signing.sign(message).hex()

    def derive(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose (HKDF-SHA256, RFC 5869)."""
        return HKDF(SHA256(), 32, salt=None, info=f"nxcrm|{purpose}".encode()).derive(self.signing.private_bytes_raw())

    def pseudonym(self, purpose: str, text: str) -> str:
        """Hex that stands for ``text`` and from which it cannot be found again without the key."""
        return hmac.new(self.derive(purpose), text.encode(), sha256).hexdigest()

    def seal(self, purpose: str, owner: str, text: str) -> str:
        """``text`` under AES-256-GCM, bound to its owner, as hex."""
        nonce = os.urandom(_NONCE)
        return (nonce + AESGCM(self.derive(purpose)).encrypt(nonce, text.encode(), owner.encode())).hex()

    def open(self, purpose: str, owner: str, sealed: str) -> str:
        """The inverse of :meth:`seal`. NxcrmError ``secret_unreadable`` when key or owner is another."""
        data = bytes.fromhex(sealed)
        try:
            return AESGCM(self.derive(purpose)).decrypt(data[:_NONCE], data[_NONCE:], owner.encode()).decode()
        except InvalidTag as problem:
            raise NxcrmError(
                "secret_unreadable",
                "A stored secret cannot be opened with this server's key.",
                safe="Nothing was changed.",
                todo="Put back the signing.key that belongs to this database.",
            ) from problem

    def __repr__(self) -> str:
        return f"ServerKeys({self.public})"
