"""What moving the bytes of documents needs from the device and from the server. The layers above implement it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol, TypeVar

from sync.client.transport import Moved

Reply = TypeVar("Reply")


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes of a document version: SHA-256 (64 hex digits) and size. ``tries``: failures in a row so far."""

    sha256: str
    size: int
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Moving:
    """A content under way: ``done`` of ``total`` bytes."""

    way: Literal["up", "down"]
    done: int
    total: int


class Arriving(Protocol):
    """The beginning of a content on the device, encrypted. ``size``: bytes that are there."""

    size: int

    def appending(self) -> BinaryIO:
        """To write what follows."""

    def discard(self) -> None:
        """Begin anew."""


class PaperShelf(Protocol):
    """The device's contents as their transfer sees them. NxcrmError ``disk_full`` and others of the store."""

    @property
    def device_id(self) -> str:
        """By which the server knows the device."""

    def tidy(self) -> None:
        """See sync.client.ports.PaperTransfer."""

    def to_send(self, now_ms: int) -> Sequence[Content]:
        """Contents the server lacks whose versions' rows it has, and that may be tried now; the oldest first."""

    def to_fetch(self, now_ms: int) -> Sequence[Content]:
        """Contents to be kept here that are not here, and that may be tried now."""

    def piece(self, sha256: str, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes of a content. NxcrmError ``document_missing``, ``document_damaged``."""

    def sent(self, sha256: str) -> None:
        """The server has it."""

    def arriving(self, content: Content) -> Arriving:
        """What is here of it so far."""

    def arrived(self, content: Content) -> None:
        """All of it is here: it becomes visible if its hash proves true. NxcrmError ``hash_mismatch``: begin anew."""

    def failed(self, sha256: str, code: str, retry_at_ms: int | None) -> None:
        """Why it could not be moved, and when it may be tried again (None: when the user asks for it)."""

    def trim(self) -> None:
        """Keep within the space: what the server has and nobody asked to keep goes, the least used first."""


class BlobApi(Protocol):
    """The server's side, as sync.client.transport.Transport has it."""

    bytes_up: int
    bytes_down: int

    def post(self, path: str, message: object, reply: type[Reply]) -> Reply:
        """A message for a message."""

    def patch(self, path: str, piece: bytes, reply: type[Reply]) -> Reply:
        """Bytes for a message."""

    def get_range(self, path: str, offset: int, target: BinaryIO, *, most: int, moved: Moved | None = None) -> int:
        """Bytes from ``offset`` on."""

    def close(self) -> None:
        """End every wait for the network, from any thread."""


Watcher = Callable[[int, int], None]
"""Called with bytes done and total, on the thread that moves them."""
