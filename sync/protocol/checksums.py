"""The checksum of a (scope, table): a count and a sum that can be kept up to date row by row, in any order."""

from __future__ import annotations

from hashlib import blake2b

MASK = (1 << 64) - 1


def row_hash(row_id: str, ver: int) -> int:
    """hash64(id, version): the first 8 bytes of BLAKE2b, as an unsigned integer."""
    return int.from_bytes(blake2b(f"{row_id}:{ver}".encode(), digest_size=8).digest(), "big")


def add(total: int, *hashes: int) -> int:
    """The sum with rows added, mod 2⁶⁴."""
    return (total + sum(hashes)) & MASK


def remove(total: int, *hashes: int) -> int:
    """The sum with rows taken away, mod 2⁶⁴."""
    return (total - sum(hashes)) & MASK


def to_hex(total: int) -> str:
    """16 hexadecimal digits: 64 unsigned bits fit neither SQLite's nor JavaScript's integers."""
    return f"{total & MASK:016x}"


def from_hex(text: str) -> int:
    """The inverse of :func:`to_hex`."""
    return int(text, 16)
