"""Taking the words of rows that are gone out of the search index for good.

Deleting a row from FTS5 leaves its words in older segments until those are merged. (Its own ``secure-delete`` costs a
hundred times as much on each edit, and does nothing for words that earlier edits left behind.) So all segments are
merged into one, in short steps between which the user's own edits are served: at once after an erasure, soon after
rows have left this device in any other way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.store import meta
from nxcrm_desktop.store.meta import Meta

if TYPE_CHECKING:
    from nxcrm_desktop.store.engine import Store

_PAGES: Final = 250  # of work in one step: about a tenth of a second
_REST_MS: Final = 15 * 60 * 1000
"""Between two merges that rows merely leaving ask for: each rewrites the index, a second's work for 100,000 rows."""
_REASONS: Final = (Meta.PURGE_SEARCH, Meta.ROWS_LEFT)


def rows_left(cursor: Any) -> None:
    """Rows are gone with this transaction: their words are to follow."""
    meta.put(cursor, Meta.ROWS_LEFT, meta.get_int(cursor, Meta.ROWS_LEFT) + 1)


def is_due(cursor: Any, now: int) -> bool:
    """Whether words are to go, and the last of them went long enough ago (``now``: UTC ms)."""
    waited = not 0 <= now - meta.get_int(cursor, Meta.PURGED_AT) < _REST_MS
    return waited and any(meta.get(cursor, key) is not None for key in _REASONS)


def purge(store: Store, stop: Callable[[], bool] = lambda: False) -> bool:
    """Merge until nothing is left to merge, then empty the -wal file; whether it came to that.

    ``stop`` is asked between steps. What was interrupted, or kept from emptying the file by a reader, begins again.
    """
    asked = _asked(store)
    work = -_PAGES  # a negative amount asks for everything to be merged into one segment
    while _step(store, work):
        if stop():
            return False
        work = _PAGES
    if not store.checkpoint():
        return False
    with store.transaction() as (connection, _):
        cursor = connection.connection.cursor()
        for key in _REASONS:
            if meta.get(cursor, key) == asked[key]:  # else more rows have gone since
                meta.put(cursor, key, None)
        meta.put(cursor, Meta.PURGED_AT, now_ms())
    return True


def _asked(store: Store) -> dict[Meta, str | None]:
    with store.read() as reader:
        return {key: reader.meta(key) for key in _REASONS}


def _step(store: Store, work: int) -> bool:
    """One step; whether there is more to do. (FTS5 tells by writing: https://sqlite.org/fts5.html#the_merge_command)

    Taken back by a power cut, it is done again: what asks for it goes last.
    """
    with store.transaction(durable=False) as (connection, _):
        raw: Any = connection.connection.driver_connection
        before = raw.total_changes
        raw.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (work,))
        return int(raw.total_changes - before) >= 2
