"""What makes two rows look like the same: equal phone, e-mail or old reference. Like names only hint."""

from __future__ import annotations

import hashlib
import os
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from nxcrm_desktop.domain import names
from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.records import Record, Value

_TELLING = frozenset({Kind.PHONE, Kind.EMAIL, Kind.REGISTRATION, Kind.GSTIN, Kind.PAN})
_RUN = 65_536
_LIKE = 88.0  # of 100; "Ravi Kumar"/"Kumar Ravi" 100, "Ravi Kumar"/"Ravi Kumaar" 95, "Ravi"/"Rani" 75
OLD_REFERENCE = "external_ref"


@dataclass(frozen=True, slots=True)
class Key:
    """A field and the value by which a row would be recognised."""

    field: str
    value: str


def fields_of(info: EntityInfo) -> tuple[str, ...]:
    """Fields whose equal values make two rows of this entity look like one, the strongest first."""
    old = (OLD_REFERENCE,) if OLD_REFERENCE in info.fields else ()
    return (*old, *info.facts.unique_hint)


def keys_of(info: EntityInfo, values: Mapping[str, Value]) -> list[Key]:
    """The keys of a row. A name by itself tells nothing where the old system gave each row its own reference."""
    return [
        Key(name, str(value))
        for name in fields_of(info)
        if (value := values.get(name)) is not None and _tells(info, name, values)
    ]


def _tells(info: EntityInfo, name: str, values: Mapping[str, Value]) -> bool:
    return name == OLD_REFERENCE or info.fields[name].kind in _TELLING or values.get(OLD_REFERENCE) is None


class SeenKeys:
    """Keys met in this file and the line of each, 16 bytes a key: a million rows stay small, nothing personal is kept.

    Runs of sorted 64-bit keyed hashes (BLAKE2b, RFC 7693); two of a million keys meet by chance once in 10⁷ files.
    """

    def __init__(self) -> None:
        self._secret = os.urandom(16)
        self._fresh: dict[int, int] = {}
        self._runs: list[tuple[array[int], array[int]]] = []

    def add(self, key: Key, line: int) -> None:
        """Remember the first line of a key."""
        self._fresh.setdefault(self._hash(key), line)
        if len(self._fresh) >= _RUN:
            ordered = sorted(self._fresh.items())
            self._runs.append((array("Q", (h for h, _ in ordered)), array("L", (n for _, n in ordered))))
            self._fresh = {}

    def line_of(self, key: Key) -> int | None:
        """The line on which the key was first met."""
        wanted = self._hash(key)
        for hashes, lines in self._runs:
            position = bisect_left(hashes, wanted)
            if position < len(hashes) and hashes[position] == wanted:
                return lines[position]
        return self._fresh.get(wanted)

    def _hash(self, key: Key) -> int:
        text = f"{key.field}\0{key.value.casefold()}".encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=self._secret).digest(), "big")


def alike(name: str, others: Iterable[tuple[Record, str]]) -> list[Record]:
    """Rows whose names are spelt like this one, across Indian scripts and in any order of words, the likest first."""
    mine = names.latin(name)
    scored = [(fuzz.token_sort_ratio(mine, names.latin(other)), record) for record, other in others]
    close = [(score, record) for score, record in scored if score >= _LIKE]
    return [record for _, record in sorted(close, key=lambda pair: -pair[0])]
