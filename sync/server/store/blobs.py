"""Queries on the bytes of documents: who may read, uploads under way, contents and their pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, update

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.ids import new_id
from sync.server.blobs.sealing import Piece
from sync.server.store.blob_tables import BLOB, BLOB_PIECE, BLOB_PROOF, BLOB_UPLOAD, BLOB_WASTE
from sync.server.store.feed import Op
from sync.server.store.sql import among, fetch, insert_many, listed, mark
from sync.server.store.tables import ENTITY_TABLES

_VERSION, _DOCUMENT = ENTITY_TABLES["document_version"], ENTITY_TABLES["document"]
_REFUSED = ENTITY_TABLES["quarantine"]
_NUMBER = ENTITIES["document_version"].number
_NAMED = """
SELECT v.id, p.version_id FROM document_version v
JOIN document d ON d.id = v.document_id AND d.deleted_at IS NULL
JOIN feed f ON f.entity = {mark} AND f.row_id = v.id AND f.op = {mark} AND f.{among}
LEFT JOIN blob_proof p ON p.version_id = v.id AND p.sha256 = v.sha256
WHERE v.sha256 = {mark} AND v.deleted_at IS NULL
ORDER BY CASE WHEN p.version_id IS NULL THEN 1 ELSE 0 END LIMIT 1
"""


class PieceTooLate(Exception):
    """Storing a piece took so long that it was taken for waste."""


@dataclass(frozen=True, slots=True)
class Named:
    """A document version that names a content. ``proved``: its maker has proved to hold it."""

    version_id: str
    proved: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload under way. ``received``: bytes that are here."""

    id: str
    size: int
    received: int


# ------------------------------------------------------------------------------------------------------------- rights


def named_within(connection: Connection, sha256: str, scopes: Collection[int]) -> Named | None:
    """A living version in one of these scopes that names the content, a proved one if there is one."""
    sql = _NAMED.format(mark=mark(connection), among=among(connection, "scope_id"))
    found = fetch(connection, sql, _NUMBER, int(Op.PUT), listed(connection, scopes), sha256)
    return Named(found[0][0], found[0][1] is not None) if found else None


def is_maker(user: ColumnElement[str] | str) -> ColumnElement[bool]:
    """Whether a member of staff made the version, or was refused to make it before somebody else let it in.

    Such an edit names an id that nobody else could know then; to be refused one that is taken makes nobody its author.
    """
    v, q = _VERSION.c, _REFUSED.c
    refused = exists().where(
        q.row_id == v.id, q.entity == "document_version", q.op == "create", q.author_id == user,
        q.created_at <= v.created_at,
    )  # fmt: skip
    return or_(v.created_by == user, refused)


def made_by(connection: Connection, user_id: str, sha256: str) -> list[Named]:
    """The living versions that a member of staff made and that name the content, in a scope of theirs or not."""
    v, p = _VERSION.c, BLOB_PROOF.c
    wanted = (
        select(v.id, p.version_id)
        .join_from(_VERSION, _DOCUMENT, _DOCUMENT.c.id == v.document_id)
        .outerjoin(BLOB_PROOF, (p.version_id == v.id) & (p.sha256 == v.sha256))
        .where(v.sha256 == sha256, is_maker(user_id), v.deleted_at.is_(None), _DOCUMENT.c.deleted_at.is_(None))
    )
    return [Named(version_id, proof is not None) for version_id, proof in connection.execute(wanted)]


def is_proved(connection: Connection, version_id: str, sha256: str) -> bool:
    """Whether the version names this content and its maker has proved to hold it."""
    p = BLOB_PROOF.c
    wanted = select(p.version_id).where(p.version_id == version_id, p.sha256 == sha256)
    return connection.execute(wanted).scalar() is not None


def prove(connection: Connection, version_ids: Iterable[str], sha256: str, now: int) -> None:
    """Write down that the maker of these versions holds the content."""
    rows = [(version_id, sha256, now) for version_id in version_ids]
    insert_many(connection, BLOB_PROOF, ("version_id", "sha256", "proved_at"), rows, "ON CONFLICT DO NOTHING")


# ------------------------------------------------------------------------------------------------------------ uploads


def upload_of(connection: Connection, user_id: str, sha256: str, *, lock: bool = False) -> Upload | None:
    """The upload of a content by a member of staff."""
    u = BLOB_UPLOAD.c
    wanted = select(u.id, u.size, u.received).where(u.user_id == user_id, u.sha256 == sha256)
    found = connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return Upload(*found) if found else None


def begin_upload(connection: Connection, user_id: str, device_id: str, sha256: str, size: int, now: int) -> Upload:
    """A new upload."""
    upload = Upload(new_id(), size, 0)
    row = {
        "id": upload.id, "user_id": user_id, "device_id": device_id, "sha256": sha256, "size": size, "received": 0,
        "touched_at": now,
    }  # fmt: skip
    connection.execute(insert(BLOB_UPLOAD), [row])
    return upload


def unfinished(connection: Connection, user_id: str) -> tuple[int, int]:
    """How many uploads of a member of staff are under way, and their bytes when they will be whole."""
    u = BLOB_UPLOAD.c
    wanted = select(func.count(), func.coalesce(func.sum(u.size), 0)).where(u.user_id == user_id)
    count, size = connection.execute(wanted).one()
    return int(count), int(size)


def append(connection: Connection, upload: Upload, piece: Piece, now: int) -> bool:
    """Add a piece that is in the store to an upload; False if another one was added there first, or it is no more.

    Raises PieceTooLate; the transaction must then be undone.
    """
    u, w = BLOB_UPLOAD.c, BLOB_WASTE.c
    step = (
        update(BLOB_UPLOAD)
        .where(u.id == upload.id, u.received == piece.start)
        .values(received=piece.start + piece.size, touched_at=now)
    )
    if connection.execute(step).rowcount != 1:
        return False
    if connection.execute(delete(BLOB_WASTE).where(w.name == piece.name, w.due_at > 0)).rowcount != 1:
        raise PieceTooLate(piece.name)
    row = {"name": piece.name, "holder": upload.id, "start": piece.start, "size": piece.size}
    connection.execute(insert(BLOB_PIECE), [row])
    return True


def discard(connection: Connection, which: ColumnElement[bool], limit: int = 100) -> int:
    """Drop uploads, and their pieces with them. Returns how many there were."""
    found = connection.scalars(select(BLOB_UPLOAD.c.id).where(which).limit(limit).with_for_update()).all()
    # The condition once more: an upload that went on while its lock was waited for is no longer meant.
    gone = connection.scalars(
        delete(BLOB_UPLOAD).where(BLOB_UPLOAD.c.id.in_(found), which).returning(BLOB_UPLOAD.c.id)
    ).all()  # fmt: skip
    drop_pieces(connection, gone)
    return len(gone)


# ----------------------------------------------------------------------------------------------------------- contents


def size_of(connection: Connection, sha256: str, *, lock: bool = False) -> int | None:
    """The size of a content that is here whole; None for one that is not."""
    wanted = select(BLOB.c.size).where(BLOB.c.sha256 == sha256)
    size = connection.execute(wanted.with_for_update() if lock else wanted).scalar()
    return None if size is None else int(size)


def pieces_of(connection: Connection, holder: str) -> list[Piece]:
    """The pieces of a content (by hash) or an upload (by id), in order."""
    p = BLOB_PIECE.c
    wanted = select(p.name, p.start, p.size).where(p.holder == holder).order_by(p.start)
    return [Piece(*row) for row in connection.execute(wanted)]


def keep(connection: Connection, upload: Upload, sha256: str, now: int) -> None:
    """An upload becomes the content, in the place of what was there under that hash."""
    drop_pieces(connection, [sha256])
    connection.execute(delete(BLOB).where(BLOB.c.sha256 == sha256))
    connection.execute(insert(BLOB), [{"sha256": sha256, "size": upload.size, "stored_at": now, "unused_since": None}])
    connection.execute(update(BLOB_PIECE).where(BLOB_PIECE.c.holder == upload.id).values(holder=sha256))
    connection.execute(delete(BLOB_UPLOAD).where(BLOB_UPLOAD.c.id == upload.id))


# -------------------------------------------------------------------------------------------------------------- waste


def intend(connection: Connection, name: str, due: int) -> None:
    """Write down a name before a piece is stored under it: unless it is added to an upload, it goes when due."""
    connection.execute(insert(BLOB_WASTE), [{"name": name, "due_at": due}])


def drop_pieces(connection: Connection, holders: Collection[str]) -> None:
    """What these held is waste, due at once."""
    p = BLOB_PIECE.c
    gone = connection.scalars(delete(BLOB_PIECE).where(p.holder.in_(holders)).returning(p.name)).all()
    insert_many(connection, BLOB_WASTE, ("name", "due_at"), [(name, 0) for name in gone])


def due_waste(connection: Connection, now: int, limit: int) -> list[str]:
    """Names whose time has come. From now on none of them can be added to an upload."""
    w = BLOB_WASTE.c
    names = connection.scalars(select(w.name).where(w.due_at <= now).order_by(w.due_at).limit(limit)).all()
    return list(
        connection.scalars(
            update(BLOB_WASTE).where(w.name.in_(names), w.due_at <= now).values(due_at=0).returning(w.name)
        )
    )


def forget_waste(connection: Connection, names: Collection[str]) -> None:
    """These are no longer in the store."""
    connection.execute(delete(BLOB_WASTE).where(BLOB_WASTE.c.name.in_(names)))
