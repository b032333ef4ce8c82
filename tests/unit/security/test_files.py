"""A file is replaced wholly or not at all, and is its owner's alone."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import translated, write_atomically
from tests.helpers.full_disk import full_beyond


def test_it_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0


def test_all_bytes_are_in_the_file_before_it_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    write_atomically(tmp_path / "file", b"seven b")
    assert sizes[0] == 7


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    with full_beyond(100_000), pytest.raises(NxcrmError, match="disk_full"):
        write_atomically(path, bytes(8 * 1024 * 1024))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(NxcrmError, match="not_writable"):
        write_atomically(tmp_path / "missing" / "file", b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NxcrmError, match="not_writable"):
        write_atomically(tmp_path / "folder", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_other_errors_stay_what_they_are() -> None:
    problem = OSError(errno.EIO, "no")
    assert translated(problem) is problem
