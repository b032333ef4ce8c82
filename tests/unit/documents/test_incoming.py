"""The beginning of a content: whatever a crash or somebody does to the file, what is left of it is true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.documents.incoming import RECORD, Incoming
from nxcrm_desktop.errors import NxcrmError
from tests.helpers.full_disk import full_beyond

KEY = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "beginning"


def write(path: Path, *pieces: bytes) -> None:
    with Incoming(path, KEY).appending() as target:
        for piece in pieces:
            target.write(piece)


def read(path: Path) -> bytes:
    found = Incoming(path, KEY)
    data = b"".join(found.pieces())
    assert len(data) == found.size
    return data


@pytest.mark.parametrize("sizes", [(), (1,), (RECORD,), (RECORD - 1, 2), (3 * RECORD + 5, RECORD), (10,) * 50])
def test_what_was_written_comes_back_also_in_several_turns(path: Path, sizes: tuple[int, ...]) -> None:
    pieces = [os.urandom(size) for size in sizes]
    for piece in pieces:
        write(path, piece)
    assert read(path) == b"".join(pieces)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(cut=st.integers(0, 3 * RECORD), more=st.binary(min_size=1, max_size=100))
def test_cut_off_anywhere_a_whole_beginning_is_left_and_can_be_gone_on_from(path: Path, cut: int, more: bytes) -> None:
    data = bytes(i % 251 for i in range(2 * RECORD + 1000))
    path.unlink(missing_ok=True)
    write(path, data)
    with path.open("r+b") as file:
        file.truncate(min(cut, path.stat().st_size))
    left = read(path)
    assert data.startswith(left)
    assert len(left) % RECORD == 0 or left == data
    write(path, more)
    assert read(path) == left + more


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(place=st.integers(0, 2 * RECORD), bit=st.integers(0, 7))
def test_a_flipped_bit_ends_it_before_that_place(path: Path, place: int, bit: int) -> None:
    data = bytes(i % 251 for i in range(2 * RECORD + 1000))
    path.unlink(missing_ok=True)
    write(path, data)
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1 << bit
    path.write_bytes(raw)
    left = read(path)
    assert data.startswith(left)
    assert len(left) <= max(place, 0)


def test_records_of_one_content_do_not_pass_for_another_s_and_cannot_change_places(path: Path) -> None:
    write(path, b"a" * RECORD, b"b" * RECORD)
    assert Incoming(path, b"x" * 32).size == 0
    write(path, b"a" * RECORD, b"b" * RECORD)
    raw = path.read_bytes()
    size = (len(raw) - 8) // 2
    path.write_bytes(raw[:8] + raw[8 + size :] + raw[8 : 8 + size])
    assert read(path) == b""


def test_nothing_readable_lies_on_the_disk_and_only_the_owner_may_look(path: Path) -> None:
    write(path, b"Registration certificate of Ravi Kumar" * 1000)
    assert b"Ravi" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_what_fitted(path: Path) -> None:
    with pytest.raises(NxcrmError) as caught, full_beyond(2 * RECORD):
        write(path, b"x" * 5 * RECORD)
    assert caught.value.code == "disk_full"
    assert read(path) == b"x" * RECORD


def test_it_becomes_a_content_only_if_it_is_the_right_one(tmp_path: Path) -> None:
    vault = BlobVault(tmp_path / "blobs", KEY)
    wanted = vault.put(b"the right one").sha256
    vault.delete(wanted)
    for data, code in ((b"the wrong one", "hash_mismatch"), (b"the right", "hash_mismatch"), (b"the right one", "")):
        with vault.incoming(wanted).appending() as target:
            target.write(data)
        if code:
            with pytest.raises(NxcrmError) as caught:
                vault.take_in(wanted)
            assert caught.value.code == code
            assert not vault.has(wanted)
            assert vault.incoming(wanted).size == 0, "the next one begins anew"
    assert vault.take_in(wanted).size == 13
    assert vault.open_bytes(wanted) == b"the right one"
    assert len(list((tmp_path / "blobs").iterdir())) == 1


@pytest.mark.parametrize(("offset", "size"), [(0, 10), (RECORD - 3, 6), (RECORD, RECORD), (3 * RECORD - 1, 99), (5, 0)])
def test_any_piece_of_a_content(tmp_path: Path, offset: int, size: int) -> None:
    data = os.urandom(3 * RECORD)
    vault = BlobVault(tmp_path / "blobs", KEY)
    assert vault.piece(vault.put(data).sha256, offset, size) == data[offset : offset + size]


def test_what_nobody_knows_of_is_cleaned_away(tmp_path: Path) -> None:
    vault = BlobVault(tmp_path / "blobs", KEY)
    known, stranger = vault.put(b"known").sha256, vault.put(b"left over by a crash").sha256
    with vault.incoming(known).appending() as target:
        target.write(b"also known")
    vault.keep_only([known])
    assert (vault.has(known), vault.has(stranger)) == (True, False)
    assert vault.incoming(known).size == 10
