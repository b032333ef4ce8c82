"""Attachments: what comes back is what was put in, or nothing; what lies on disk tells nothing."""

from __future__ import annotations

import hashlib
import os
from io import BytesIO, RawIOBase
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from nxcrm_desktop.documents.blob_vault import CHUNK, BlobVault
from nxcrm_desktop.errors import NxcrmError
from tests.helpers.full_disk import full_beyond

DEK = bytes(range(32))
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]


@pytest.fixture
def vault(tmp_path: Path) -> BlobVault:
    return BlobVault(tmp_path / "blobs", DEK)


def _files(vault: BlobVault) -> list[Path]:
    return sorted(vault._folder.iterdir())


def _code(vault: BlobVault, sha256: str) -> str:
    with pytest.raises(NxcrmError) as caught:
        vault.open_bytes(sha256)
    return caught.value.code


class _Dribble(RawIOBase):
    """A source that gives a few bytes at a time, as a pipe does."""

    def __init__(self, data: bytes) -> None:
        self._data = BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 1000))


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_comes_back(vault: BlobVault, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "source").write_bytes(content)
    info = vault.put(tmp_path / "source")
    assert (info.sha256, info.size) == (hashlib.sha256(content).hexdigest(), size)
    assert vault.has(info.sha256)
    assert vault.open_bytes(info.sha256) == content
    assert vault.put(content) == vault.put(_Dribble(content)) == info  # type: ignore[arg-type]
    assert len(_files(vault)) == 1
    vault.save_to(info.sha256, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content
    assert BlobVault(vault._folder, DEK).open_bytes(info.sha256) == content, "another run opens it, too"


def test_the_folder_tells_nothing(vault: BlobVault) -> None:
    content = b"Permanent account number ABCDE1234F " * 3000
    info = vault.put(content)
    (file,) = _files(vault)
    assert info.sha256 not in file.name
    stored = file.read_bytes()
    assert b"ABCDE" not in stored
    assert hashlib.sha256(content).digest() not in stored
    assert file.stat().st_mode & 0o077 == 0
    other = BlobVault(vault._folder.parent / "other", DEK)
    other.put(content)
    assert _files(other)[0].read_bytes() != stored, "every file has a key of its own"


def test_another_key_finds_and_opens_nothing(vault: BlobVault) -> None:
    info = vault.put(b"content")
    stranger = BlobVault(vault._folder, b"x" * 32)
    assert not stranger.has(info.sha256)
    assert _code(stranger, info.sha256) == "document_missing"
    _files(vault)[0].rename(stranger._path(info.sha256))
    assert _code(stranger, info.sha256) == "document_damaged"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_no_flipped_bit_passes(vault: BlobVault, data: st.DataObject) -> None:
    info = vault.put(bytes(CHUNK + 100))
    (file,) = _files(vault)
    stored = bytearray(file.read_bytes())
    bit = data.draw(st.integers(0, len(stored) * 8 - 1))
    stored[bit // 8] ^= 1 << bit % 8
    file.write_bytes(stored)
    assert _code(vault, info.sha256) == "document_damaged"


HEAD = 8 + 32
SEALED = CHUNK + 16


@pytest.mark.parametrize(
    "alter",
    [
        lambda stored: stored[:-1],
        lambda stored: stored + b"x",
        lambda stored: stored[: HEAD + SEALED],  # the last chunk dropped
        lambda stored: stored[:HEAD],
        lambda stored: stored[: HEAD - 1],
        lambda _: b"",
        lambda stored: stored[:HEAD] + stored[HEAD + SEALED :],  # the first dropped
        lambda s: s[:HEAD] + s[HEAD + SEALED : HEAD + 2 * SEALED] + s[HEAD : HEAD + SEALED] + s[HEAD + 2 * SEALED :],
        lambda stored: stored + stored[HEAD:],
    ],
    ids=["cut", "longer", "last dropped", "head", "half a head", "empty", "first dropped", "swapped", "twice"],
)
def test_chunks_cannot_be_dropped_swapped_or_joined(vault: BlobVault, tmp_path: Path, alter: object) -> None:
    info = vault.put(os.urandom(2 * CHUNK + 5))
    (file,) = _files(vault)
    file.write_bytes(alter(file.read_bytes()))  # type: ignore[operator]
    assert _code(vault, info.sha256) == "document_damaged"
    with pytest.raises(NxcrmError, match="document_damaged"):
        vault.save_to(info.sha256, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["blobs"], "nothing half-written"


def test_a_file_moved_to_anothers_name_is_refused(vault: BlobVault) -> None:
    one, two = vault.put(b"one"), vault.put(b"two")
    vault._path(one.sha256).write_bytes(vault._path(two.sha256).read_bytes())
    assert _code(vault, one.sha256) == "document_damaged"
    vault.put(b"one")
    assert vault.open_bytes(one.sha256) == b"one", "attached anew it is whole again"


def test_too_large_a_file_leaves_nothing(tmp_path: Path) -> None:
    vault = BlobVault(tmp_path / "blobs", DEK, max_bytes=CHUNK * 2)
    vault.put(bytes(CHUNK * 2))
    with pytest.raises(NxcrmError, match="file_too_large"):
        vault.put(bytes(CHUNK * 2 + 1))
    assert len(_files(vault)) == 1


def test_a_full_disk_leaves_nothing(vault: BlobVault, tmp_path: Path) -> None:
    kept = vault.put(bytes(1000))
    big = vault.put(bytes(500_000))
    vault.delete(big.sha256)
    with full_beyond(200_000), pytest.raises(NxcrmError, match="disk_full"):
        vault.put(bytes(500_000))
    assert [path.stat().st_size for path in _files(vault)] == [1000 + HEAD + 16]
    large = vault.put(os.urandom(300_000))
    with full_beyond(200_000), pytest.raises(NxcrmError, match="disk_full"):
        vault.save_to(large.sha256, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert vault.open_bytes(kept.sha256) == bytes(1000)


def test_a_copy_to_nowhere_is_told(vault: BlobVault, tmp_path: Path) -> None:
    info = vault.put(b"content")
    with pytest.raises(NxcrmError, match="not_writable"):
        vault.save_to(info.sha256, tmp_path / "missing" / "copy")


def test_what_a_killed_program_left_is_swept(vault: BlobVault) -> None:
    kept = vault.put(b"kept")
    (vault._folder / "0123.part").write_bytes(b"half")
    again = BlobVault(vault._folder, DEK)
    assert len(_files(again)) == 1
    assert again.read(kept.sha256) == b"kept"


def test_deleting_is_final_and_harmless_twice(vault: BlobVault) -> None:
    info = vault.put(b"content")
    vault.delete(info.sha256)
    vault.delete(info.sha256)
    assert vault.read(info.sha256) is None
    assert _files(vault) == []
