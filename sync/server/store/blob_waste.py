"""Queries of the collection: which contents, proofs and uploads nothing needs any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, update

from sync.server.blobs.sealing import Piece
from sync.server.store.blob_tables import BLOB, BLOB_PIECE, BLOB_PROOF, BLOB_UPLOAD, BLOB_WASTE
from sync.server.store.blobs import drop_pieces, is_maker
from sync.server.store.tables import ENTITY_TABLES

_VERSION, _DOCUMENT = ENTITY_TABLES["document_version"], ENTITY_TABLES["document"]


def _named(*further: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a version whose maker proved to hold the content, and whose document's row is there, names it."""
    v, p = _VERSION.c, BLOB_PROOF.c
    return (
        exists()
        .where(
            p.sha256 == BLOB.c.sha256, v.id == p.version_id, v.sha256 == p.sha256, _DOCUMENT.c.id == v.document_id,
            *further,
        )
    )  # fmt: skip


IN_USE = _named(_VERSION.c.deleted_at.is_(None), _DOCUMENT.c.deleted_at.is_(None))
REMEMBERED = _named()
"""A deleted document may be asked for again; an erased one has no row left."""


def unneeded(now: int, keep_ms: int) -> ColumnElement[bool]:
    """Contents to destroy: of erased documents at once, of deleted ones when they have been so long enough."""
    return or_(~REMEMBERED, and_(~IN_USE, BLOB.c.unused_since <= now - keep_ms))


def mark_use(connection: Connection, now: int) -> None:
    """Write down since when contents are out of use."""
    began = (~IN_USE, BLOB.c.unused_since.is_(None))
    connection.execute(update(BLOB).where(*began).values(unused_since=now))
    connection.execute(update(BLOB).where(IN_USE, BLOB.c.unused_since.is_not(None)).values(unused_since=None))


def destroy_contents(connection: Connection, which: ColumnElement[bool], limit: int) -> int:
    """Drop contents, their proofs and their pieces. Returns how many there were."""
    wanted = select(BLOB.c.sha256).where(which).order_by(BLOB.c.sha256).limit(limit).with_for_update()
    found = connection.scalars(wanted).all()
    # The condition once more, in a statement that began after the locks were held: one may have been named meanwhile.
    gone = connection.scalars(
        delete(BLOB).where(BLOB.c.sha256.in_(found), which).returning(BLOB.c.sha256)
    ).all()  # fmt: skip
    connection.execute(delete(BLOB_PROOF).where(BLOB_PROOF.c.sha256.in_(gone)))
    drop_pieces(connection, gone)
    return len(gone)


def forget_proofs(connection: Connection) -> None:
    """Drop proofs of versions that were erased."""
    connection.execute(delete(BLOB_PROOF).where(~exists().where(_VERSION.c.id == BLOB_PROOF.c.version_id)))


def abandoned(before: int) -> ColumnElement[bool]:
    """Uploads that nobody went on with, or that no living version of their user asks for any more."""
    u, v = BLOB_UPLOAD.c, _VERSION.c
    asked = exists().where(
        v.sha256 == u.sha256, is_maker(u.user_id), v.deleted_at.is_(None), _DOCUMENT.c.id == v.document_id,
        _DOCUMENT.c.deleted_at.is_(None),
    )  # fmt: skip
    return or_(u.touched_at <= before, ~asked)


def known_names(connection: Connection, names: Collection[str]) -> set[str]:
    """Those of the names that the database knows of."""
    known = select(BLOB_PIECE.c.name).where(BLOB_PIECE.c.name.in_(names))
    waste = select(BLOB_WASTE.c.name).where(BLOB_WASTE.c.name.in_(names))
    return {*connection.scalars(known), *connection.scalars(waste)}


def contents(connection: Connection) -> Iterator[tuple[str, int, list[Piece]]]:
    """Every content: hash, size, pieces in order."""
    for sha256, size in connection.execute(select(BLOB.c.sha256, BLOB.c.size).order_by(BLOB.c.sha256)).all():
        p = BLOB_PIECE.c
        rows = connection.execute(select(p.name, p.start, p.size).where(p.holder == sha256).order_by(p.start))
        yield sha256, size, [Piece(*row) for row in rows]
