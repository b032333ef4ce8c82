"""Telling the workers what a transaction changed, in the transaction itself.

PostgreSQL's NOTIFY is sent at commit, in the order of commits, and not at all after a rollback. Commits that notify
wait for one another; writers of the feed do so anyway, on the clock's row. On SQLite nothing is sent: there a worker
asks the database file whether it changed (:mod:`sync.server.live.sources`).
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection

from sync.server.store.engine import is_sqlite
from sync.server.store.sql import fetch

CHANNEL = "'nxcrm:' || current_schema()"
"""An SQL expression: channels belong to a database, and a database may hold several organisations, each in a schema."""
_MOST_BYTES = 7_500
"""A payload of 8,000 bytes or more is an error (PostgreSQL, NOTIFY)."""


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """``head``: the clock after the transaction. ``scopes``: numbers of those it touched, None when there are too many.

    ``by``: id of the device whose push it was. ``staff``: somebody's role, team or account changed. ``sessions``:
    somebody was signed out.
    """

    head: int = 0
    scopes: list[int] | None = None
    by: str = ""
    staff: bool = False
    sessions: bool = False


def announce(connection: Connection, news: News) -> None:
    """Tell every worker once the transaction is committed."""
    if is_sqlite(connection):
        return
    text = msgspec.json.encode(news)
    if len(text) > _MOST_BYTES:
        text = msgspec.json.encode(msgspec.structs.replace(news, scopes=None))
    fetch(connection, f"SELECT pg_notify({CHANNEL}, %s)", text.decode())


def announce_feed(connection: Connection, head: int, scopes: Collection[int], *, by: str, staff: bool) -> None:
    """Tell that entries up to ``head`` were added in these scopes."""
    announce(connection, News(head=head, scopes=sorted(scopes), by=by, staff=staff))
