"""The beginning of a content that is being fetched: encrypted, only ever appended to, good to go on from after a crash.

    file     magic (8) | records
    record   nonce (12) | length of the sealed bytes (4) | AES-256-GCM of at most 64 KiB, authenticated with its index

Nonces are random: what a crash left half-written is cut off and written anew, and no nonce may ever seal two texts.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from io import BufferedWriter, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nxcrm_desktop.security.files import private, translated

RECORD = 64 * 1024
_MAGIC = b"NXPART1\x00"
_NONCE = 12
_LENGTH = 4
_TAG = 16


class Incoming:
    """The file at ``path``, sealed with ``key`` (32 bytes, of this content alone). One thread at a time.

    ``size``: bytes of the content that are here. Opening cuts off what is torn or damaged at the end.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._cipher = AESGCM(key)
        self.size = 0
        self._count = 0
        try:
            self._mend()
        except OSError as problem:
            raise translated(problem) from problem

    def appending(self) -> BinaryIO:
        """To write what follows. A crash of the program takes at most the latest 64 KiB.

        NxcrmError ``disk_full``, then or while writing.
        """
        try:
            fresh = not self._path.exists()
            file = open(self._path, "ab", buffering=0, opener=private)  # noqa: SIM115 (closed by the appender)
            if fresh:
                file.write(_MAGIC)
        except OSError as problem:
            raise translated(problem) from problem
        return BufferedWriter(_Appender(file, self._cipher, self._count), RECORD)

    def pieces(self) -> Iterator[bytes]:
        """What is here, from its beginning."""
        if self._path.exists():
            with self._path.open("rb") as file:
                for data, _end in self._records(file):
                    yield data

    def discard(self) -> None:
        """Forget it."""
        self._path.unlink(missing_ok=True)

    def _mend(self) -> None:
        if not self._path.exists():
            return
        good = 0
        with self._path.open("r+b") as file:
            for data, end in self._records(file):
                good = end
                self._count += 1
                self.size += len(data)
            file.truncate(good)
        if not self._count:
            self.discard()

    def _records(self, file: BinaryIO) -> Iterator[tuple[bytes, int]]:
        """Good records and where each ends, up to the first that is not."""
        if file.read(len(_MAGIC)) != _MAGIC:
            return
        index = 0
        while head := file.read(_NONCE + _LENGTH):
            size = int.from_bytes(head[_NONCE:], "big")
            if len(head) < _NONCE + _LENGTH or size > RECORD + _TAG:
                return
            try:
                data = self._cipher.decrypt(head[:_NONCE], file.read(size), _aad(index))
            except (InvalidTag, ValueError):  # ValueError: too short to hold a tag
                return
            yield data, file.tell()
            index += 1


class _Appender(RawIOBase):
    """Seals each write as one record."""

    def __init__(self, file: Any, cipher: AESGCM, index: int) -> None:
        self._file = file
        self._cipher = cipher
        self._index = index

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        plain = bytes(data[:RECORD])
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, _aad(self._index))
        record = nonce + len(sealed).to_bytes(_LENGTH, "big") + sealed
        try:
            if self._file.write(record) != len(record):  # a disk takes a part only when there is no room for the rest
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as problem:
            raise translated(problem) from problem
        self._index += 1
        return len(plain)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _aad(index: int) -> bytes:
    return _MAGIC + index.to_bytes(8, "big")
