"""The cursor of a pull: where a device stands in each of its scopes, signed so that nobody else can make one."""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import sha256

import msgspec
from msgspec import Struct

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code

_SIGNATURE_BYTES = 32


class Position(Struct, frozen=True):
    """``seq``: how far all ``scopes`` (numbers) have been sent, but for those in ``behind`` (number → how far).

    ``remaining``: entries still to be sent, 0 when complete. Role and schema are those for which rows were made.

    ``again``: scope number → how far the entities that changed since the dictionary's version ``known`` were sent once
    more, to a program that was brought up to date. It goes no further than the scope's own place.

    ``applied``: the device's last edit that was settled then. A database that knows of fewer was put back.

    ``fresh``: scope number → the head when it began to be sent from its beginning, of those still behind: what was gone
    by then the device never had, however old its place is.
    """

    device: str
    epoch: str
    role: str
    schema: int
    seq: int
    scopes: list[int]
    behind: dict[int, int]
    remaining: int
    again: dict[int, int] = {}
    known: int = 0
    applied: int = 0
    fresh: dict[int, int] = {}

    def places(self) -> dict[int, int]:
        """Scope number → how far it has been sent."""
        return {**dict.fromkeys(self.scopes, self.seq), **self.behind}

    def is_ahead_of(self, epoch: str, head: int, applied: int) -> bool:
        """Whether a database of the same epoch, with this head and this last edit of the device, was put back."""
        return self.epoch == epoch and (self.seq > head or self.applied > applied)

    def misses_nothing_since(self, horizon: int) -> bool:
        """Whether every scope's tombstones that concern the device are later than the horizon."""
        return all(max(at, self.fresh.get(number, 0)) >= horizon for number, at in self.places().items() if at)


_reader = msgspec.json.Decoder(Position)


class Cursors:
    """Signs and reads cursors with a secret key of the server (32 bytes). HMAC-SHA256, RFC 2104."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def text(self, position: Position) -> str:
        """The position as the text a device stores."""
        body = msgspec.json.encode(position)
        return base64.urlsafe_b64encode(self._sign(body) + body).decode()

    def read(self, text: str, device: str) -> Position:
        """The position in a cursor. NxcrmError ``bad_request`` if it is not one of ours for this device."""
        try:
            data = base64.urlsafe_b64decode(text.encode())
        except (ValueError, binascii.Error):
            data = b""
        signature, body = data[:_SIGNATURE_BYTES], data[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(body)):
            raise _foreign()
        position = _reader.decode(body)
        if position.device != device:
            raise _foreign()
        return position

    def own(self, text: str | None, device: str) -> Position | None:
        """The position in a cursor, if it is one of ours for this device."""
        try:
            return self.read(text, device) if text is not None else None
        except NxcrmError:
            return None

    def erasure_proof(self, row_id: str) -> str:
        """What tells, even to a database put back to an earlier state, that this server ordered the row's erasure."""
        return self._sign(b"erased|" + row_id.encode()).hex()

    def proves_erasure(self, row_id: str, proof: str) -> bool:
        """Whether the proof is ours, and of that row."""
        return hmac.compare_digest(proof.encode(), self.erasure_proof(row_id).encode())

    def _sign(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, sha256).digest()


def _foreign() -> NxcrmError:
    return NxcrmError(
        Code.BAD_REQUEST,
        "The cursor was not made by this server for this device.",
        safe="Nothing was changed.",
        todo="Pull from the beginning.",
    )
