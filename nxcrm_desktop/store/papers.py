"""Where the bytes of documents are: here, on the server, kept, failed. For documents.shelf."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nxcrm_desktop.store import meta
from nxcrm_desktop.store.membership import in_chunks
from nxcrm_desktop.store.meta import Meta

BUDGET_KEY: Final = "paper_budget_bytes"
_EPOCH_KEY: Final = "paper_epoch"

PIN_COLUMNS: Final = {
    "document": "id", "lead": "lead_id", "contact": "contact_id", "transaction": "transaction_id",
}  # fmt: skip
"""What can be kept on the device, and the column of a document that names it."""

_KEPT: Final = "d.id IN ({})".format(
    " UNION ALL ".join(
        f"SELECT id FROM document WHERE {column} IN (SELECT row_id FROM paper_pin WHERE entity = '{entity}')"  # noqa: S608
        for entity, column in PIN_COLUMNS.items()
    )
)
_NEWEST: Final = "v.number = (SELECT max(w.number) FROM document_version AS w WHERE w.document_id = v.document_id)"
_KEPT_VERSIONS: Final = (
    f"FROM document AS d JOIN document_version AS v ON v.document_id = d.id WHERE ({_KEPT}) AND {_NEWEST}"
)
_OF_A_DOCUMENT: Final = (
    "EXISTS (SELECT 1 FROM document_version AS v JOIN document AS d ON d.id = v.document_id "
    "WHERE v.sha256 = paper.sha256)"
)


@dataclass(frozen=True, slots=True)
class PaperState:
    """What is known of one content. ``retry_at`` (UTC ms) is None with a ``failure`` that only the user can undo."""

    sha256: str
    size: int
    here: bool
    on_server: bool
    version_id: str | None
    failure: str | None
    tries: int
    retry_at: int | None


@dataclass(frozen=True, slots=True)
class PlacedDocument:
    """A document, its newest version, and what is known of its content (None: it was never here, nor failed)."""

    document_id: str
    version_id: str
    sha256: str
    size: int
    kept: bool
    state: PaperState | None


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes of contents on the device: all, those of kept documents, those the server does not have yet."""

    used: int
    kept: int
    unsent: int


_COLUMNS: Final = "sha256, size, here, on_server, version_id, failure, tries, retry_at"


def _state(row: Sequence[Any]) -> PaperState:
    return PaperState(row[0], row[1], bool(row[2]), bool(row[3]), *row[4:8])


# ------------------------------------------------------------------------------------------------------------- asking


def get(cursor: Any, sha256: str) -> PaperState | None:
    """What is known of a content."""
    row = cursor.execute(f"SELECT {_COLUMNS} FROM paper WHERE sha256 = ?", (sha256,)).fetchone()  # noqa: S608
    return None if row is None else _state(row)


def every(cursor: Any) -> list[PaperState]:
    """All contents that are known."""
    return [_state(row) for row in cursor.execute(f"SELECT {_COLUMNS} FROM paper").fetchall()]  # noqa: S608


def unsent(cursor: Any) -> list[PaperState]:
    """Contents that are here and not known to be on the server, oldest first, if their version's row has been sent.

    Also those whose document is no longer here: the server decides whether it still wants them.
    """
    sql = (
        f"SELECT {_COLUMNS} FROM paper WHERE on_server = 0 AND here = 1 AND NOT EXISTS (SELECT 1 FROM outbox AS o "  # noqa: S608
        "WHERE o.entity = 'document_version' AND o.op = 'create' AND o.row_id = paper.version_id) ORDER BY used_at"
    )
    return [_state(row) for row in cursor.execute(sql).fetchall()]


def unfetched(cursor: Any) -> list[PaperState]:
    """Contents of kept documents' newest versions that are not here."""
    sql = (
        "SELECT DISTINCT v.sha256, v.size_bytes, 0, coalesce(p.on_server, 0), NULL, p.failure, coalesce(p.tries, 0), "  # noqa: S608
        f"p.retry_at FROM (SELECT v.sha256, v.size_bytes {_KEPT_VERSIONS}) AS v LEFT JOIN paper AS p USING (sha256) "
        "WHERE coalesce(p.here, 0) = 0 AND v.sha256 IS NOT NULL AND v.size_bytes IS NOT NULL"
    )
    if cursor.execute("SELECT 1 FROM paper_pin LIMIT 1").fetchone() is None:
        return []
    return [_state(row) for row in cursor.execute(sql).fetchall()]


def homeless(cursor: Any) -> list[PaperState]:
    """Contents of no document on this device."""
    return [
        _state(row)
        for row in cursor.execute(f"SELECT {_COLUMNS} FROM paper WHERE NOT {_OF_A_DOCUMENT}").fetchall()  # noqa: S608
    ]


def is_homeless(cursor: Any, sha256: str) -> bool:
    """Whether no document on this device has this content."""
    sql = f"SELECT 1 FROM paper WHERE sha256 = ? AND {_OF_A_DOCUMENT}"  # noqa: S608
    return cursor.execute(sql, (sha256,)).fetchone() is None


def least_used(cursor: Any, limit: int) -> list[PaperState]:
    """Contents that may go: on the server, of no kept document; those not used for longest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM paper WHERE here = 1 AND on_server = 1 "  # noqa: S608
        f"AND sha256 NOT IN (SELECT v.sha256 {_KEPT_VERSIONS}) ORDER BY used_at, sha256 LIMIT ?"
    )
    return [_state(row) for row in cursor.execute(sql, (limit,)).fetchall()]


def usage(cursor: Any) -> Usage:
    """How much room they take."""
    of_kept = f"sha256 IN (SELECT v.sha256 {_KEPT_VERSIONS})"
    sql = (
        "SELECT coalesce(sum(size), 0), coalesce(sum(size) FILTER (WHERE on_server = 0), 0), "  # noqa: S608
        f"coalesce(sum(size) FILTER (WHERE {of_kept}), 0) FROM paper WHERE here = 1"
    )
    used, not_sent, kept = cursor.execute(sql).fetchone()
    return Usage(used, kept, not_sent)


def used(cursor: Any) -> int:
    """Bytes of all contents here."""
    return int(cursor.execute("SELECT coalesce(sum(size), 0) FROM paper WHERE here = 1").fetchone()[0])


def placed(cursor: Any, document_ids: Sequence[str]) -> list[PlacedDocument]:
    """The newest versions of documents, and where their contents are."""
    kept = f"SELECT d.id FROM document AS d WHERE ({_KEPT}) AND d.id IN ({{}})"  # noqa: S608
    kept_ids = {row[0] for row in in_chunks(cursor, kept, document_ids)}
    columns = ", ".join(f"p.{name.strip()}" for name in _COLUMNS.split(","))
    sql = (
        f"SELECT v.document_id, v.id, v.sha256, v.size_bytes, {columns} FROM document_version AS v "  # noqa: S608
        f"LEFT JOIN paper AS p ON p.sha256 = v.sha256 WHERE v.document_id IN ({{}}) AND {_NEWEST}"
    )
    return [
        PlacedDocument(row[0], row[1], row[2], row[3], row[0] in kept_ids, None if row[4] is None else _state(row[4:]))
        for row in in_chunks(cursor, sql, document_ids)
        if row[2] is not None
    ]


def is_kept(cursor: Any, entity: str, row_id: str) -> bool:
    """Whether this very row was asked to be kept."""
    sql = "SELECT 1 FROM paper_pin WHERE entity = ? AND row_id = ?"
    return cursor.execute(sql, (entity, row_id)).fetchone() is not None


def is_erased(cursor: Any, version_id: str | None) -> bool:
    """Whether the version was erased by order of the server, or refused because its person was."""
    sql = "SELECT 1 FROM erasure WHERE row_id = ? UNION ALL SELECT 1 FROM sync_log WHERE row_id = ? AND code = 'erased'"
    return cursor.execute(sql, (version_id, version_id)).fetchone() is not None


def was_refused(cursor: Any, version_id: str | None) -> bool:
    """Whether the server refused the version's row, and it may still be let in by somebody's review."""
    sql = "SELECT 1 FROM sync_log WHERE row_id = ? AND status = 'rejected'"
    return cursor.execute(sql, (version_id,)).fetchone() is not None


def is_undecided(cursor: Any, version_id: str | None) -> bool:
    """Whether somebody is still to decide about the refusal of the version's row."""
    sql = "SELECT 1 FROM quarantine WHERE row_id = ? AND status IN ('open', 'returned')"
    return cursor.execute(sql, (version_id,)).fetchone() is not None


def rows_of(cursor: Any, sha256s: Collection[str]) -> dict[str, frozenset[str]]:
    """Documents and versions of these contents, by entity: what to tell the change bus."""
    sql = "SELECT id, document_id FROM document_version WHERE sha256 IN ({})"
    found = list(in_chunks(cursor, sql, list(sha256s)))
    return {
        "document_version": frozenset(row[0] for row in found),
        "document": frozenset(row[1] for row in found if row[1] is not None),
    }


# ------------------------------------------------------------------------------------------------------------ keeping


def attached(cursor: Any, sha256: str, size: int, version_id: str, at: int) -> None:
    """A content was attached here as this version."""
    cursor.execute(
        "INSERT INTO paper (sha256, size, here, on_server, used_at, version_id, failure, tries, retry_at) "
        "VALUES (?, ?, 1, 0, ?, ?, NULL, 0, NULL) ON CONFLICT (sha256) DO UPDATE SET here = 1, on_server = 0, "
        "used_at = excluded.used_at, version_id = excluded.version_id, failure = NULL, tries = 0, retry_at = NULL",
        (sha256, size, at, version_id),
    )


def fetched(cursor: Any, sha256: str, size: int, at: int) -> None:
    """A content came from the server."""
    cursor.execute(
        "INSERT INTO paper (sha256, size, here, on_server, used_at, version_id, failure, tries, retry_at) "
        "VALUES (?, ?, 1, 1, ?, NULL, NULL, 0, NULL) ON CONFLICT (sha256) DO UPDATE SET here = 1, on_server = 1, "
        "used_at = excluded.used_at, failure = NULL, tries = 0, retry_at = NULL",
        (sha256, size, at),
    )


def expected(cursor: Any, sha256: str, size: int) -> None:
    """A content is about to be fetched: from now on its beginning may lie on the disk."""
    cursor.execute(
        "INSERT OR IGNORE INTO paper (sha256, size, here, on_server, used_at, version_id, failure, tries, retry_at) "
        "VALUES (?, ?, 0, 0, 0, NULL, NULL, 0, NULL)",
        (sha256, size),
    )


def sent(cursor: Any, sha256: str) -> None:
    """The server has the whole content."""
    cursor.execute(
        "UPDATE paper SET on_server = 1, failure = NULL, tries = 0, retry_at = NULL WHERE sha256 = ?", (sha256,)
    )


def failed(cursor: Any, sha256: str, code: str, retry_at: int | None) -> None:
    """Sending or fetching it failed."""
    cursor.execute(
        "UPDATE paper SET failure = ?, tries = tries + 1, retry_at = ? WHERE sha256 = ?", (code, retry_at, sha256)
    )


def forgive(cursor: Any, sha256: str) -> None:
    """It may be tried again at once."""
    cursor.execute("UPDATE paper SET failure = NULL, tries = 0, retry_at = NULL WHERE sha256 = ?", (sha256,))


def ask_again(cursor: Any) -> None:
    """What the server did not want may be tried again at once."""
    cursor.execute("UPDATE paper SET failure = NULL, tries = 0, retry_at = NULL WHERE failure = 'blob_unwanted'")


def opened(cursor: Any, sha256: str, at: int) -> None:
    """The user looked at it."""
    cursor.execute("UPDATE paper SET used_at = ? WHERE sha256 = ?", (at, sha256))


def set_here(cursor: Any, sha256s: Iterable[str], here: bool) -> None:
    """Contents were found on the disk, or not."""
    cursor.executemany("UPDATE paper SET here = ? WHERE sha256 = ?", [(int(here), one) for one in sha256s])


def forget(cursor: Any, sha256s: Iterable[str]) -> None:
    """Know nothing more of them."""
    cursor.executemany("DELETE FROM paper WHERE sha256 = ?", [(one,) for one in sha256s])


def pin(cursor: Any, entity: str, row_ids: Iterable[str]) -> None:
    """Keep documents, or all documents of a lead, a customer or a deal, on the device."""
    cursor.executemany("INSERT OR IGNORE INTO paper_pin (entity, row_id) VALUES (?, ?)", [(entity, i) for i in row_ids])


def unpin(cursor: Any, entity: str, row_ids: Iterable[str]) -> None:
    """Keep them no longer than there is room."""
    cursor.executemany("DELETE FROM paper_pin WHERE entity = ? AND row_id = ?", [(entity, i) for i in row_ids])


def drop_stale_pins(cursor: Any) -> None:
    """Forget what rows were kept that are no longer on this device."""
    for entity in PIN_COLUMNS:
        sql = f'DELETE FROM paper_pin WHERE entity = ? AND row_id NOT IN (SELECT id FROM "{entity}")'  # noqa: S608
        cursor.execute(sql, (entity,))


def doubt_after_restore(cursor: Any) -> None:
    """A restored server may lack what the old one had: every content is asked for again before it may go."""
    epoch = meta.get(cursor, Meta.EPOCH)
    if epoch == meta.get(cursor, _EPOCH_KEY):
        return
    if meta.get(cursor, _EPOCH_KEY) is not None:
        cursor.execute("UPDATE paper SET on_server = 0, failure = NULL, tries = 0, retry_at = NULL")
    meta.put(cursor, _EPOCH_KEY, epoch)


def used_before(cursor: Any, sha256: str) -> int:
    """When it was used last, UTC ms; 0: never."""
    row = cursor.execute("SELECT used_at FROM paper WHERE sha256 = ?", (sha256,)).fetchone()
    return 0 if row is None else int(row[0])


def epoch_is_known(cursor: Any) -> bool:
    """Whether :func:`doubt_after_restore` has nothing to do."""
    return meta.get(cursor, Meta.EPOCH) == meta.get(cursor, _EPOCH_KEY)
