"""Taking the words of erased rows out of the search index for good.

Deleting a row from FTS5 leaves its words in older segments until those are merged. (Its own ``secure-delete`` costs a
hundred times as much on each edit, and does nothing for words that earlier edits left behind.) So after an erasure all
segments are merged into one, in short steps between which the user's own edits are served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nxcrm_desktop.store import meta
from nxcrm_desktop.store.meta import Meta

if TYPE_CHECKING:
    from nxcrm_desktop.store.engine import Store

_PAGES = 1_000  # of work in one step: well under a second


def purge(store: Store) -> None:
    """Merge until nothing is left to merge, then empty the -wal file. Taken up again when interrupted."""
    work = -_PAGES  # a negative amount asks for everything to be merged into one segment
    while _step(store, work):
        work = _PAGES
    with store.transaction() as (connection, _):
        meta.put(connection.connection.cursor(), Meta.PURGE_SEARCH, None)
    store.checkpoint()


def _step(store: Store, work: int) -> bool:
    """One step; whether there is more to do. (FTS5 tells by writing: https://sqlite.org/fts5.html#the_merge_command)"""
    with store.transaction() as (connection, _):
        raw: Any = connection.connection.driver_connection
        before = raw.total_changes
        raw.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (work,))
        return int(raw.total_changes - before) >= 2
