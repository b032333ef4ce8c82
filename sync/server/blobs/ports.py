"""What the server asks of a place that keeps encrypted pieces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code


class Readable(Protocol):
    """An open piece."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A piece that lies in the store. ``modified_ms``: when it was put there."""

    name: str
    modified_ms: int


class BlobStore(Protocol):
    """Pieces by name. A name is 64 hex digits, chosen at random, and never used twice: nothing is ever overwritten.

    Every call may raise NxcrmError ``unavailable`` (and ``put`` ``disk_full``); what it did then is not known.
    """

    def put(self, name: str, data: bytes) -> None:
        """Stores a piece durably: after a return it outlives a power cut; before, no part of it is seen."""

    def open(self, name: str, start: int) -> AbstractContextManager[Readable]:
        """The piece from byte ``start`` on. Raises FileNotFoundError."""

    def has(self, name: str) -> bool:
        """Whether the piece is there."""

    def remove(self, name: str) -> None:
        """Removes a piece if it is there."""

    def listed(self) -> Iterator[Listed]:
        """Every piece that is there, in any order."""

    def check(self) -> None:
        """Returns if a piece can be stored, read and removed."""


def unreachable() -> NxcrmError:
    """The store does not answer, or refuses. Its own words may hold names and keys: they stay out."""
    return NxcrmError(
        Code.UNAVAILABLE,
        "The server cannot reach the place where it keeps documents at the moment.",
        safe="Nothing was lost; what was sent before is kept.",
        todo="Try again in a few seconds.",
        details={"retry_after": 5},
    )
