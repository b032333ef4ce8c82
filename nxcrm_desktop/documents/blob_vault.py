"""Encrypted attachments. A file is named by the keyed hash of its content, so that the folder tells nothing.

    keys       HKDF-SHA256(DEK, info="nxcrm-blobs|…")             one to seal with, one to name with
    file key   HKDF-SHA256(seal key, salt=32 random bytes)        no key ever seals two files
    file       magic (8) | salt (32) | chunks of AES-256-GCM      64 KiB of content each, the last one marked

A chunk's nonce is its index; index and last-mark are authenticated with it, so that chunks cannot be swapped, dropped
or joined to another file's (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_CUR, BytesIO
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nxcrm_desktop.documents.incoming import Incoming
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import TEMPORARY_SUFFIX, private, sync_file, sync_folder, translated

CHUNK = 64 * 1024
MAX_BYTES = 50 * 1024 * 1024
_MAGIC = b"NXBLOB1\x00"
_SALT = 32
_TAG = 16
_KEY_BYTES = 32
_BEGINNING = ".got"


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """What was stored: SHA-256 of the content (64 hex digits) and its size in bytes."""

    sha256: str
    size: int


class BlobVault:
    """The encrypted attachments in ``folder``; ``dek`` is the store's key (32 bytes). One process at a time uses it.

    NxcrmError: ``file_too_large``, ``disk_full``, ``document_missing``, ``document_damaged``, ``hash_mismatch``.
    """

    def __init__(self, folder: Path, dek: bytes | bytearray, *, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._seal_key = _derive(dek, b"nxcrm-blobs|seal")
        self._name_key = _derive(dek, b"nxcrm-blobs|name")
        self._max_bytes = max_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left_over in folder.glob(f"*{TEMPORARY_SUFFIX}"):
            left_over.unlink()

    def put(self, source: Path | bytes | BinaryIO) -> BlobInfo:
        """Stores a content durably and returns its hash and size. The same content twice is kept once."""
        if isinstance(source, Path):
            with source.open("rb") as stream:
                return self._put(stream)
        return self._put(BytesIO(source) if isinstance(source, bytes) else source)

    def has(self, sha256: str) -> bool:
        """Whether this content is on this device."""
        return self._path(sha256).exists()

    def open_bytes(self, sha256: str) -> bytes:
        """The content, verified against its hash."""
        return b"".join(self._chunks(sha256))

    def read(self, sha256: str) -> bytes | None:
        """The verified content, or None when it is not on this device."""
        return self.open_bytes(sha256) if self.has(sha256) else None

    def save_to(self, sha256: str, target: Path) -> None:
        """Writes the content, unencrypted, to ``target``: wholly and verified, or not at all."""
        temporary = target.with_name(f".{os.urandom(8).hex()}{TEMPORARY_SUFFIX}")
        try:
            with open(temporary, "xb", opener=private) as file:
                for chunk in self._chunks(sha256):
                    file.write(chunk)
                sync_file(file)
            temporary.replace(target)
        except OSError as problem:
            raise translated(problem) from problem
        finally:
            temporary.unlink(missing_ok=True)

    def piece(self, sha256: str, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes from ``offset`` on; the whole is not verified, the receiver does that."""
        first = offset // CHUNK
        parts: list[bytes] = []
        wanted = offset - first * CHUNK + size
        with self._opened_file(sha256) as file:
            for chunk, _last in self._opened(file, first):
                parts.append(chunk)
                wanted -= len(chunk)
                if wanted <= 0:
                    break
        start = offset - first * CHUNK
        return b"".join(parts)[start : start + size]

    def delete(self, sha256: str) -> None:
        """Removes a content, or the beginning of one, if it is here."""
        try:
            self._path(sha256).unlink(missing_ok=True)
            self._beginning(sha256).unlink(missing_ok=True)
        except OSError as problem:
            raise translated(problem) from problem
        sync_folder(self._folder)

    def keep_only(self, sha256s: Iterable[str]) -> None:
        """Removes whatever else lies in the folder: nobody could ever ask for it."""
        known = {path.name for one in sha256s for path in (self._path(one), self._beginning(one))}
        for path in list(self._folder.iterdir()):
            if path.name not in known:
                path.unlink(missing_ok=True)
        sync_folder(self._folder)

    def incoming(self, sha256: str) -> Incoming:
        """The beginning of a content that is being fetched; empty at first."""
        key = _derive(self._seal_key, b"nxcrm-blobs|incoming|" + sha256.encode("ascii"))
        return Incoming(self._beginning(sha256), key)

    def take_in(self, sha256: str) -> BlobInfo:
        """What was fetched becomes a content, durably, if it proves true; else it is thrown away (hash_mismatch)."""
        incoming = self.incoming(sha256)
        try:
            info = self._put(_Joined(incoming.pieces()), sha256)
        except NxcrmError as problem:
            if problem.code == "hash_mismatch":
                incoming.discard()
            raise
        incoming.discard()
        return info

    def _put(self, stream: BinaryIO | _Joined, expected: str | None = None) -> BlobInfo:
        temporary = self._folder / f"{os.urandom(16).hex()}{TEMPORARY_SUFFIX}"
        try:
            with open(temporary, "xb", opener=private) as file:
                info = self._seal(stream, file)
                if expected not in (None, info.sha256):
                    raise _mismatch()
                sync_file(file)
            temporary.replace(self._path(info.sha256))
        except OSError as problem:
            raise translated(problem) from problem
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(self._folder)
        return info

    def _seal(self, source: BinaryIO | _Joined, target: BinaryIO) -> BlobInfo:
        salt = os.urandom(_SALT)
        cipher = AESGCM(_derive(self._seal_key, b"nxcrm-blobs|file", salt))
        target.write(_MAGIC + salt)
        digest, size = hashlib.sha256(), 0
        for index, (chunk, last) in enumerate(_marked(source, CHUNK)):
            digest.update(chunk)
            size += len(chunk)
            if size > self._max_bytes:
                raise _too_large(self._max_bytes)
            target.write(cipher.encrypt(_nonce(index), chunk, _aad(index, last)))
        return BlobInfo(digest.hexdigest(), size)

    def _chunks(self, sha256: str) -> Iterator[bytes]:
        """The content piece by piece; the last piece comes only after the whole has proved true."""
        digest = hashlib.sha256()
        with self._opened_file(sha256) as file:
            for chunk, last in self._opened(file):
                digest.update(chunk)
                if last and digest.hexdigest() != sha256:
                    raise _damaged()
                yield chunk

    def _opened_file(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as problem:
            raise _missing() from problem

    def _opened(self, file: BinaryIO, first: int = 0) -> Iterator[tuple[bytes, bool]]:
        """Chunks from the ``first`` on, and whether each is the last."""
        if file.read(len(_MAGIC)) != _MAGIC:
            raise _damaged()
        cipher = AESGCM(_derive(self._seal_key, b"nxcrm-blobs|file", file.read(_SALT)))
        file.seek(first * (CHUNK + _TAG), SEEK_CUR)
        for index, (sealed, last) in enumerate(_marked(file, CHUNK + _TAG), start=first):
            try:
                yield cipher.decrypt(_nonce(index), sealed, _aad(index, last)), last
            except InvalidTag as problem:
                raise _damaged() from problem

    def _path(self, sha256: str) -> Path:
        return self._folder / hmac.digest(self._name_key, sha256.encode("ascii"), "sha256").hex()

    def _beginning(self, sha256: str) -> Path:
        return self._path(sha256).with_suffix(_BEGINNING)


class _Joined:
    """Pieces as a stream: as much of it as sealing needs."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        data = self._rest or next(self._pieces, b"")
        self._rest = data[size:]
        return data[:size]


def _derive(key: bytes | bytearray, info: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=info).derive(key)


def _marked(stream: BinaryIO | _Joined, size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of ``size`` bytes and whether each is the last; an empty stream is one empty piece."""
    piece = _fill(stream, size)
    while True:
        following = _fill(stream, size) if len(piece) == size else b""
        yield piece, not following
        if not following:
            return
        piece = following


def _fill(stream: BinaryIO | _Joined, size: int) -> bytes:
    """``size`` bytes, or fewer at the end alone: a pipe may give less at a time."""
    parts: list[bytes] = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _nonce(index: int) -> bytes:
    return index.to_bytes(12, "big")


def _aad(index: int, last: bool) -> bytes:
    return _MAGIC + index.to_bytes(8, "big") + bytes([last])


def _too_large(limit: int) -> NxcrmError:
    return NxcrmError(
        "file_too_large",
        f"The file is larger than {limit // 1024 // 1024} MB.",
        safe="Nothing was stored.",
        todo="Attach a smaller file, for example a scan at a lower resolution.",
        details={"limit_bytes": limit},
    )


def _missing() -> NxcrmError:
    return NxcrmError(
        "document_missing",
        "This document's file is not on this device.",
        safe="Its record is unharmed.",
        todo="Connect to the network and sync to fetch it.",
    )


def _mismatch() -> NxcrmError:
    return NxcrmError(
        "hash_mismatch",
        "What came for this document is not the file it stands for.",
        safe="It was thrown away; nothing else was changed.",
        todo="Try again. If it happens again, tell your administrator.",
    )


def _damaged() -> NxcrmError:
    return NxcrmError(
        "document_damaged",
        "This document's file on this device is damaged, or somebody altered it.",
        safe="It was not opened.",
        todo="Sync to fetch it again, or attach it anew.",
    )
