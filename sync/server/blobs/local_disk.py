"""Pieces as files of one folder, which several servers may share. Two digits of the name make 256 folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import TEMPORARY_SUFFIX, sync_folder, write_atomically
from sync.server.blobs.ports import Listed, Readable, unreachable
from sync.server.blobs.sealing import new_name

_NAME_DIGITS = 64


class LocalDisk:
    """A :class:`sync.server.blobs.ports.BlobStore` in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        """As the port says. NxcrmError ``disk_full``, ``unavailable``."""
        path = self._path(name)
        try:
            if not path.parent.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                sync_folder(path.parent.parent)
            write_atomically(path, data)
        except OSError as problem:
            raise unreachable() from problem
        except NxcrmError as problem:
            raise problem if problem.code == "disk_full" else unreachable() from problem

    @contextmanager
    def open(self, name: str, start: int) -> Iterator[Readable]:
        """As the port says."""
        try:
            file = self._path(name).open("rb")
        except FileNotFoundError:
            raise
        except OSError as problem:
            raise unreachable() from problem
        with file:
            file.seek(start)
            yield file

    def has(self, name: str) -> bool:
        """As the port says."""
        return self._path(name).exists()

    def remove(self, name: str) -> None:
        """As the port says. The leftover of a write that was killed goes too."""
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
            path.with_name(path.name + TEMPORARY_SUFFIX).unlink(missing_ok=True)
        except OSError as problem:
            raise unreachable() from problem

    def listed(self) -> Iterator[Listed]:
        """As the port says."""
        for shard in sorted(self._folder.glob("??")):
            for entry in os.scandir(shard):
                if len(entry.name) == _NAME_DIGITS:
                    yield Listed(entry.name, entry.stat().st_mtime_ns // 1_000_000)

    def check(self) -> None:
        """As the port says."""
        name = new_name()
        self.put(name, b"check")
        self.remove(name)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
