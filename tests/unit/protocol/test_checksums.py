"""A checksum depends on which rows at which versions are there, and on nothing else."""

from __future__ import annotations

import random
from hashlib import blake2b

from hypothesis import given, strategies as st

from sync.protocol import checksums

sums = st.integers(0, checksums.MASK)
rows = st.dictionaries(st.uuids().map(str), st.integers(1, 2**63 - 1), max_size=30)


def total(content: dict[str, int]) -> int:
    return checksums.add(0, *(checksums.row_hash(row, ver) for row, ver in content.items()))


@given(rows, st.randoms(use_true_random=False))
def test_order_does_not_matter(content: dict[str, int], shuffler: random.Random) -> None:
    hashes = [checksums.row_hash(row, ver) for row, ver in content.items()]
    shuffled = shuffler.sample(hashes, len(hashes))
    stepwise = 0
    for value in shuffled:
        stepwise = checksums.add(stepwise, value)
    assert stepwise == checksums.add(0, *hashes)


@given(sums, st.lists(sums, max_size=20))
def test_removing_undoes_adding(start: int, hashes: list[int]) -> None:
    assert checksums.remove(checksums.add(start, *hashes), *hashes) == start


@given(sums)
def test_hexadecimal_round_trip(value: int) -> None:
    text = checksums.to_hex(value)
    assert len(text) == 16
    assert checksums.from_hex(text) == value


@given(rows.filter(bool))
def test_a_row_missing_or_stale_is_seen(content: dict[str, int]) -> None:
    row = next(iter(content))
    missing = {key: ver for key, ver in content.items() if key != row}
    stale = content | {row: content[row] - 1}
    assert total(missing) != total(content)
    assert total(stale) != total(content)


def test_the_hash_is_the_one_written_down() -> None:
    row = "018f0000-0000-7000-8000-000000000001"
    assert checksums.row_hash(row, 7) == int(blake2b(f"{row}:7".encode(), digest_size=8).hexdigest(), 16)
