"""The bytes of documents: uploads that resume, and contents read by those who may, judged anew at every call.

Whoever names a hash in a document version gains nothing by it. The version's maker proves to hold the content, by
sending it whole or by being allowed to read it through another version; only then does the version open the content to
those who see it. The proof belongs to that version alone: who once held a content and lost it proves again.

Pieces are stored first, under names nobody else uses, and then become part of an upload by one compare-and-set in the
database: of two writers at one offset exactly one wins, on however many workers. A content becomes visible by one
transaction, after its hash was checked over what lies in the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action, may
from sync.protocol.blobs import MIN_PIECE_BYTES, BlobState
from sync.protocol.messages import MAX_PIECE_BYTES
from sync.server.blobs.sealing import Piece, PieceDamaged, SealedPieces, new_name
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.services.blob_problems import (
    absent,
    bad_piece,
    incomplete,
    mismatch,
    not_allowed,
    over_quota,
    unwanted,
    wrong_offset,
)
from sync.server.services.push import check_device
from sync.server.sessions import DeviceSession
from sync.server.store import blobs as store
from sync.server.store.access import access_of
from sync.server.store.blob_tables import BLOB_UPLOAD
from sync.server.store.blobs import Named, Upload
from sync.server.store.engine import in_write, read_snapshot

_VERSION = "document_version"
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Quota:
    """What one member of staff may have begun and not finished."""

    uploads: int = 32
    total_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """A content that may be read, through this version. ``size`` in bytes."""

    version_id: str
    size: int
    pieces: list[Piece]


class Blobs:
    """What devices do with the bytes of documents. ``smallest``: bytes of a piece that is not the last."""

    def __init__(
        self, context: ServerContext, pieces: SealedPieces, *, quota: Quota = Quota(), smallest: int = MIN_PIECE_BYTES
    ) -> None:
        self._context = context
        self._engine = context.engine
        self._pieces = pieces
        self._quota = quota
        self._smallest = smallest

    # -------------------------------------------------------------------------------------------------------- uploads

    def begin(self, session: DeviceSession, sha256: str, device: str, size: int) -> BlobState:
        """How far the upload of a content is; one is begun if there is none and it is not here already.

        NxcrmError ``blob_unwanted``, ``upload_quota``, ``forbidden``, ``unavailable``.
        """
        check_device(session, device)
        _require_maker(session)
        with read_snapshot(self._engine) as connection:
            there = self._may_be_told(connection, session, sha256) and self._is_there(connection, sha256)
        return in_write(self._engine, lambda connection: self._begun(connection, session, sha256, size, there=there))

    def _may_be_told(self, connection: Connection, session: DeviceSession, sha256: str) -> bool:
        """Whether the caller may learn that a content is here. For all others it is not even looked for: that takes
        time, which would tell them."""
        made = _wanted(connection, session, sha256)
        return all(one.proved for one in made) or self._may_read(connection, session, sha256)

    def _begun(
        self, connection: Connection, session: DeviceSession, sha256: str, size: int, *, there: bool
    ) -> BlobState:
        made = _wanted(connection, session, sha256)
        held = store.size_of(connection, sha256, lock=True) if there else None
        if held is not None and self._settled(connection, session, sha256, made):
            return BlobState(sha256, held, held, complete=True)
        upload = store.upload_of(connection, session.user_id, sha256, lock=True)
        if upload is not None and upload.size != size:  # begun by a program that was wrong about the size
            store.discard(connection, BLOB_UPLOAD.c.id == upload.id)
            upload = None
        if upload is None:
            self._make_room(connection, session, size)
            now = self._context.clock()
            upload = store.begin_upload(connection, session.user_id, session.device_id, sha256, size, now)
        return BlobState(sha256, size, upload.received, complete=False)

    def _settled(self, connection: Connection, session: DeviceSession, sha256: str, made: list[Named]) -> bool:
        """Whether nothing is left to prove: the maker has proved it before, or may read the content elsewhere."""
        open_ones = [one.version_id for one in made if not one.proved]
        if open_ones and not self._may_read(connection, session, sha256):
            return False
        store.prove(connection, open_ones, sha256, self._context.clock())
        return True

    def _make_room(self, connection: Connection, session: DeviceSession, size: int) -> None:
        """Drops the user's own uploads that nobody goes on with, if it takes that. NxcrmError ``upload_quota``."""
        u = BLOB_UPLOAD.c
        if self._fits(connection, session, size):
            return
        idle = self._context.clock() - _HOUR_MS
        store.discard(connection, (u.user_id == session.user_id) & (u.touched_at < idle), limit=self._quota.uploads)
        if not self._fits(connection, session, size):
            raise over_quota()

    def _fits(self, connection: Connection, session: DeviceSession, size: int) -> bool:
        count, total = store.unfinished(connection, session.user_id)
        return count < self._quota.uploads and total + size <= self._quota.total_bytes

    def append(self, session: DeviceSession, sha256: str, offset: int, data: bytes) -> BlobState:
        """Adds the piece that begins at ``offset``.

        NxcrmError ``wrong_offset``, ``blob_unwanted``, ``bad_request``, ``forbidden``, ``unavailable``, ``disk_full``.
        """
        _require_maker(session)
        with read_snapshot(self._engine) as connection:
            upload = self._open_upload(connection, session, sha256)
        if offset != upload.received:
            raise wrong_offset(upload.received)
        self._check_piece(upload, offset, len(data))
        piece = Piece(new_name(), offset, len(data))
        due = self._context.clock() + _HOUR_MS
        in_write(self._engine, lambda connection: store.intend(connection, piece.name, due))
        self._pieces.put(piece.name, data)
        try:
            in_write(self._engine, lambda connection: self._append(connection, session, sha256, upload, piece))
        except store.PieceTooLate as problem:
            raise wrong_offset(offset) from problem
        return BlobState(sha256, upload.size, offset + piece.size, complete=False)

    def _append(
        self, connection: Connection, session: DeviceSession, sha256: str, upload: Upload, piece: Piece
    ) -> None:
        _wanted(connection, session, sha256)
        if not store.append(connection, upload, piece, self._context.clock()):
            raise wrong_offset(self._open_upload(connection, session, sha256).received)

    def _check_piece(self, upload: Upload, offset: int, size: int) -> None:
        last = offset + size == upload.size
        if not 0 < size <= MAX_PIECE_BYTES or offset + size > upload.size or (size < self._smallest and not last):
            raise bad_piece(upload.size - offset, self._smallest)

    def _open_upload(self, connection: Connection, session: DeviceSession, sha256: str) -> Upload:
        _wanted(connection, session, sha256)
        upload = store.upload_of(connection, session.user_id, sha256)
        if upload is None:
            raise unwanted()
        return upload

    def complete(self, session: DeviceSession, sha256: str) -> BlobState:
        """Checks the hash of what was sent; then, and only then, the content is there.

        NxcrmError ``hash_mismatch`` (the upload is discarded), ``upload_incomplete``, ``blob_unwanted``, ``forbidden``,
        ``unavailable``.
        """
        _require_maker(session)
        with read_snapshot(self._engine) as connection:
            made = _wanted(connection, session, sha256)
            upload = store.upload_of(connection, session.user_id, sha256)
            sent = store.pieces_of(connection, upload.id) if upload else []
            held = store.size_of(connection, sha256)
        if upload is None:
            return _finished_before(sha256, made, held)
        if upload.received != upload.size:
            raise incomplete(upload.received)
        if self._pieces.digest(sent, upload.size) != sha256:
            gone = in_write(self._engine, lambda connection: store.discard(connection, BLOB_UPLOAD.c.id == upload.id))
            if gone:  # else another worker has completed it meanwhile
                raise mismatch()
        with read_snapshot(self._engine) as connection:
            there = self._is_there(connection, sha256)
        return in_write(self._engine, lambda c: self._completed(c, session, sha256, upload, there=there))

    def _completed(
        self, connection: Connection, session: DeviceSession, sha256: str, checked: Upload, *, there: bool
    ) -> BlobState:
        # Locks first: what another worker that completed it meanwhile has written is to be seen below.
        upload = store.upload_of(connection, session.user_id, sha256, lock=True)
        held = store.size_of(connection, sha256, lock=True)
        made = _wanted(connection, session, sha256)
        if upload is None or upload.id != checked.id:
            return _finished_before(sha256, made, held)
        if held is not None and there:
            store.discard(connection, BLOB_UPLOAD.c.id == upload.id)
        else:
            store.keep(connection, upload, sha256, self._context.clock())
        store.prove(connection, [one.version_id for one in made], sha256, self._context.clock())
        return BlobState(sha256, upload.size, upload.size, complete=True)

    def _is_there(self, connection: Connection, sha256: str) -> bool:
        """Whether the content is known and every piece of it lies in the store: a disk may have been lost."""
        if store.size_of(connection, sha256) is None:
            return False
        return all(self._pieces.store.has(piece.name) for piece in store.pieces_of(connection, sha256))

    # ------------------------------------------------------------------------------------------------------ downloads

    def find(self, session: DeviceSession, sha256: str) -> Content:
        """A content that the caller may read now. NxcrmError ``not_found``: absent and not allowed alike."""
        with read_snapshot(self._engine) as connection:
            named = self._named(connection, session, sha256)
            size = store.size_of(connection, sha256)
            pieces = store.pieces_of(connection, sha256)
        if named is None:
            self._note(session, "document.denied", None)
            raise absent()
        if not named.proved or size is None:
            raise absent()
        return Content(named.version_id, size, pieces)

    def read(self, session: DeviceSession, content: Content, start: int, stop: int) -> Iterator[bytes]:
        """Bytes ``start`` to ``stop``. The first of them are here when this returns.

        NxcrmError ``not_found`` when they are lost, ``unavailable``; later, PieceDamaged ends the stream too early.
        """
        frames = self._pieces.read(content.pieces, start, stop)
        try:
            first = next(frames, b"")
        except PieceDamaged as problem:
            raise absent() from problem
        if start == 0:
            self._note(session, "document.fetched", content.version_id)
        return _chained(first, frames)

    def _note(self, session: DeviceSession, action: str, version_id: str | None) -> None:
        entity = None if version_id is None else _VERSION
        event = audit.Event(action, session.user_id, session.device_id, entity, version_id)
        in_write(self._engine, lambda connection: audit.append(connection, event, self._context.clock()))

    def _may_read(self, connection: Connection, session: DeviceSession, sha256: str) -> bool:
        named = self._named(connection, session, sha256)
        return named is not None and named.proved

    def _named(self, connection: Connection, session: DeviceSession, sha256: str) -> Named | None:
        access = access_of(connection, session.user_id)
        if not may(access.role, Action.READ, _VERSION) or "sha256" not in ENTITIES[_VERSION].visible_to(access.role):
            return None
        return store.named_within(connection, sha256, list(access.numbers.values()))


def _require_maker(session: DeviceSession) -> None:
    if not may(session.role, Action.CREATE, _VERSION):
        raise not_allowed()


def _wanted(connection: Connection, session: DeviceSession, sha256: str) -> list[Named]:
    """The versions that ask for the content of their maker. NxcrmError ``blob_unwanted`` if there is none."""
    made = store.made_by(connection, session.user_id, sha256)
    if not made:
        raise unwanted()
    return made


def _finished_before(sha256: str, made: list[Named], held: int | None) -> BlobState:
    """The answer to whom an earlier reply did not reach. NxcrmError ``blob_unwanted``: there is no such upload."""
    if held is None or not all(one.proved for one in made):
        raise unwanted()
    return BlobState(sha256, held, held, complete=True)


def _chained(first: bytes, frames: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from frames
