"""Pieces at rest: what a stolen disk or a public bucket shows is random names and sizes.

    piece key   HKDF-SHA256(key, salt=name, info="nxcrm-piece|1")   names are random: no key ever seals two pieces
    piece       frames of AES-256-GCM                               64 KiB of content each, the last one marked

A frame's nonce is its index; index and last-mark are authenticated with it, so that frames cannot be swapped, dropped
or joined to another piece's (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015), and a piece
opens under its own name alone. Frames make a range cheap: it is decrypted from the frame it begins in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.server.blobs.ports import BlobStore, Readable

FRAME = 64 * 1024
_TAG = 16
_NAME_BYTES = 32
_INFO = b"nxcrm-piece|1"


class PieceDamaged(Exception):
    """A piece is not as it was stored, or not there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``size`` bytes of a content from byte ``start`` on, under ``name`` in the store."""

    name: str
    start: int
    size: int


def new_name() -> str:
    """A name no piece has had: 64 hex digits."""
    return os.urandom(_NAME_BYTES).hex()


class SealedPieces:
    """Pieces of ``store`` under ``key`` (32 bytes)."""

    def __init__(self, store: BlobStore, key: bytes) -> None:
        self.store = store
        self._key = key

    def put(self, name: str, data: bytes) -> None:
        """Encrypts and stores a piece. Errors as :class:`BlobStore`."""
        cipher, view, last = self._cipher(name), memoryview(data), _last_frame(len(data))
        sealed = bytearray()
        for index in range(last + 1):
            frame = view[index * FRAME : (index + 1) * FRAME]
            sealed += cipher.encrypt(_nonce(index), frame, _aad(index, last=index == last))
        self.store.put(name, bytes(sealed))

    def read(self, pieces: list[Piece], start: int, stop: int) -> Iterator[bytes]:
        """Bytes ``start`` to ``stop`` of the content that the pieces make up, at most a frame at a time.

        Raises PieceDamaged where a piece is missing or altered; errors as :class:`BlobStore`.
        """
        for piece in pieces:
            inner, outer = max(start - piece.start, 0), min(stop - piece.start, piece.size)
            if inner < outer:
                yield from self._part(piece, inner, outer)

    def digest(self, pieces: list[Piece], size: int) -> str:
        """SHA-256 of the content that the pieces make up, as hex; "" when one is missing or altered."""
        digest = sha256()
        try:
            for frame in self.read(pieces, 0, size):
                digest.update(frame)
        except PieceDamaged:
            return ""
        return digest.hexdigest()

    def _part(self, piece: Piece, start: int, stop: int) -> Iterator[bytes]:
        first = start // FRAME
        try:
            with self.store.open(piece.name, first * (FRAME + _TAG)) as stream:
                for index, frame in self._frames(piece, stream, first):
                    at = index * FRAME
                    if at >= stop:
                        return
                    yield frame[max(start - at, 0) : stop - at]
        except FileNotFoundError as problem:
            raise PieceDamaged(piece.name) from problem

    def _frames(self, piece: Piece, stream: Readable, first: int) -> Iterator[tuple[int, bytes]]:
        cipher, last = self._cipher(piece.name), _last_frame(piece.size)
        for index in range(first, last + 1):
            wanted = min(FRAME, piece.size - index * FRAME) + _TAG
            try:
                yield index, cipher.decrypt(_nonce(index), _fill(stream, wanted), _aad(index, last=index == last))
            except (InvalidTag, ValueError) as problem:  # ValueError: shorter than a tag
                raise PieceDamaged(piece.name) from problem

    def _cipher(self, name: str) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=bytes.fromhex(name), info=_INFO).derive(self._key))


def _last_frame(size: int) -> int:
    return max(size - 1, 0) // FRAME


def _fill(stream: Readable, size: int) -> bytes:
    """``size`` bytes, or fewer at the end alone: a network stream may give less at a time."""
    parts: list[bytes] = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _nonce(index: int) -> bytes:
    return index.to_bytes(12, "big")


def _aad(index: int, *, last: bool) -> bytes:
    return _INFO + index.to_bytes(8, "big") + bytes([last])
