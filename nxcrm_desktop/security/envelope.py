"""The envelope: the store's key (DEK), sealed under a key (KEK) made of the password and the device's secret (DS).

    PK  = Argon2id(NFKC(password), salt)                           RFC 9106
    KEK = HKDF-SHA256(PK, salt=DS, info=version|device|user)       RFC 5869
    envelope = AES-256-GCM(KEK, DEK, aad=header)

On disk: magic, length of the header (2 bytes, big-endian), header (JSON), nonce (12), sealed DEK (48), SHA-256 of all
before it. The hash tells a torn file from a wrong password; protection is the business of the seal over the header.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.password_policy import normalise

KEY_BYTES = 32
_MAGIC = b"NXCRMKEY"
_VERSION = 1
_NONCE = 12
_SEALED = KEY_BYTES + 16
_HASH = 32
_LENGTH = 2
_SALT = 16


class Protection(StrEnum):
    """What must be known to open the store besides the disk: the keyring's secret and the password, or the password."""

    KEYRING = "keyring"
    PASSWORD = "password"  # noqa: S105 (a name, not a password)


@dataclass(frozen=True, slots=True)
class KdfCost:
    """What Argon2id costs: memory in KiB, passes, lanes."""

    memory_kib: int
    passes: int
    lanes: int = 1

    def covers(self, floor: KdfCost) -> bool:
        """Whether this costs at least as much as ``floor`` in memory and in passes."""
        return self.memory_kib >= floor.memory_kib and self.passes >= floor.passes


Costs = Mapping[Protection, KdfCost]

COSTS: Costs = {Protection.KEYRING: KdfCost(64 * 1024, 3), Protection.PASSWORD: KdfCost(256 * 1024, 4)}
"""What new envelopes cost, and the least an existing one may cost: a cheaper header was forged."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about an envelope that is no secret; all of it is authenticated by the seal."""

    user: str
    device: str
    generation: Annotated[int, msgspec.Meta(ge=1)]
    protection: Protection
    memory_kib: Annotated[int, msgspec.Meta(ge=8, le=4 * 1024 * 1024)]
    passes: Annotated[int, msgspec.Meta(ge=1, le=64)]
    lanes: Annotated[int, msgspec.Meta(ge=1, le=16)]
    salt: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
    version: Annotated[int, msgspec.Meta(ge=_VERSION, le=_VERSION)] = _VERSION

    @property
    def cost(self) -> KdfCost:
        """What its password costs to try."""
        return KdfCost(self.memory_kib, self.passes, self.lanes)


class WrongSecret(Exception):
    """The seal does not open: wrong password, wrong device secret, or an altered envelope."""


def wipe(*secrets: bytearray) -> None:
    """Overwrites secrets in memory. Copies the interpreter or a library made are out of reach."""
    for secret in secrets:
        secret[:] = bytes(len(secret))


def new_dek() -> bytearray:
    """A fresh key for a store: 32 random bytes, to be wiped when done with."""
    return bytearray(os.urandom(KEY_BYTES))


def new_header(user: str, device: str, generation: int, protection: Protection, cost: KdfCost) -> Header:
    """The header of a new envelope, with a fresh salt."""
    salt = os.urandom(_SALT).hex()
    return Header(user, device, generation, protection, cost.memory_kib, cost.passes, cost.lanes, salt)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A sealed DEK: ``aad`` is the header exactly as it lies on disk."""

    header: Header
    aad: bytes
    nonce: bytes
    sealed: bytes

    @classmethod
    def seal(cls, dek: bytearray, header: Header, password: str, device_secret: bytes) -> Envelope:
        """Seals ``dek`` (32 bytes). ``device_secret`` is empty where the password alone protects."""
        body = msgspec.json.encode(header)
        aad = _MAGIC + len(body).to_bytes(_LENGTH, "big") + body
        nonce = os.urandom(_NONCE)
        kek = _kek(header, password, device_secret)
        try:
            return cls(header, aad, nonce, AESGCM(kek).encrypt(nonce, bytes(dek), aad))
        finally:
            wipe(kek)

    def open(self, password: str, device_secret: bytes, costs: Costs = COSTS) -> bytearray:
        """The DEK. Raises WrongSecret, or NxcrmError ``kdf_too_weak`` before any work is done."""
        if not self.header.cost.covers(costs[self.header.protection]):
            raise _too_weak()
        kek = _kek(self.header, password, device_secret)
        dek = bytearray(KEY_BYTES)
        try:
            AESGCM(kek).decrypt_into(self.nonce, self.sealed, self.aad, dek)
        except InvalidTag as problem:
            raise WrongSecret from problem
        finally:
            wipe(kek)
        return dek

    def encode(self) -> bytes:
        """The envelope as it lies on disk."""
        body = self.aad + self.nonce + self.sealed
        return body + hashlib.sha256(body).digest()

    @classmethod
    def decode(cls, data: bytes) -> Envelope:
        """The envelope in ``data``. ValueError when it is torn, foreign or of a later format."""
        body, digest = data[:-_HASH], data[-_HASH:]
        start = len(_MAGIC) + _LENGTH
        if not data.startswith(_MAGIC) or hashlib.sha256(body).digest() != digest:
            raise ValueError("not a whole envelope")
        end = start + int.from_bytes(body[len(_MAGIC) : start], "big")
        if len(body) != end + _NONCE + _SEALED:
            raise ValueError("envelope of a wrong length")
        header = msgspec.json.decode(body[start:end], type=Header)  # its errors are ValueErrors
        return cls(header, body[:end], body[end : end + _NONCE], body[end + _NONCE :])


def _kek(header: Header, password: str, device_secret: bytes) -> bytearray:
    pk, kek = bytearray(KEY_BYTES), bytearray(KEY_BYTES)
    kdf = Argon2id(
        salt=bytes.fromhex(header.salt),
        length=KEY_BYTES,
        iterations=header.passes,
        lanes=header.lanes,
        memory_cost=header.memory_kib,
    )
    # A lone surrogate cannot be typed, but must not crash either.
    kdf.derive_into(normalise(password).encode("utf-8", "surrogatepass"), pk)
    info = f"nxcrm-kek-{header.version}|{header.device}|{header.user}".encode()
    HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=device_secret or None, info=info).derive_into(pk, kek)
    wipe(pk)
    return kek


def _too_weak() -> NxcrmError:
    return NxcrmError(
        "kdf_too_weak",
        "The key file of this profile asks for less protection than nxcrm allows; somebody may have altered it.",
        safe="Nothing was opened or changed.",
        todo="Do not type your password into this profile again; tell your administrator.",
    )
