"""A real encrypted store for a test, and pages as a server would send them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import COMMON, entity
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store.engine import Store, create_store, open_store
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.ports import PageOutcome
from sync.protocol.messages import Checksum, Dropped, PullReply, Rows

KEY = bytes(range(32))
USER = "01900000-0000-7000-8000-000000000001"
MANAGER = Actor(USER, Role.MANAGER)
EPOCH = "epoch-1"


@cache
def _empty() -> Path:
    path = Path(mkdtemp(prefix="nxcrm-empty-")) / "store.db"
    create_store(path, KEY).close()
    return path


def fresh_store(folder: Path) -> Store:
    """An empty store of the test's own at ``folder``/store.db, encrypted with ``KEY``."""
    path = folder / "store.db"
    shutil.copy(_empty(), path)
    return open_store(path, KEY)


def server_row(name: str = "lead", /, **values: Value) -> dict[str, Value]:
    """A row as a server holds it: every column, the given ones set."""
    info = entity(name)
    made: dict[str, Value] = dict.fromkeys(info.columns)
    made |= {"id": new_id(), "created_at": 1, "created_by": USER, "updated_at": 1, "updated_by": USER}
    made |= {"stage": "new"} if name == "lead" else {}
    return made | values


def page(
    rows: Sequence[tuple[str, int, Mapping[str, Value]]] = (),
    dropped: Sequence[tuple[str, str, str]] = (),
    *,
    table: str = "lead",
    subscribed: Sequence[str] = ("owner:a", "owner:b", "ref"),
    cursor: str = "c1",
    epoch: str = EPOCH,
    reset: bool = False,
    checksums: Sequence[Checksum] = (),
) -> PullReply:
    """A page of one table: ``rows`` are (scope, version, values), ``dropped`` are (scope, id, op)."""
    scopes = list(dict.fromkeys([*(scope for scope, _, _ in rows), *(scope for scope, _, _ in dropped)]))
    columns = list(entity(table).columns)
    wire: list[list[Value]] = [[scopes.index(s), ver, *(values[c] for c in columns)] for s, ver, values in rows]
    return PullReply(
        cursor=cursor,
        complete=True,
        epoch=epoch,
        scopes=scopes,
        subscribed=list(subscribed),
        rows=[Rows(table, columns, wire)] if wire else [],
        dropped=[Dropped(table, row_id, scopes.index(s), op) for s, row_id, op in dropped],  # type: ignore[arg-type]
        checksums=list(checksums),
        applied_n=0,
        remaining=0,
        reset=reset,
    )


def declared(row: Mapping[str, Value]) -> dict[str, Value]:
    """The values of a row without the common columns."""
    return {name: value for name, value in row.items() if name not in COMMON}


def store_page(sync_store: SyncStore, one: PullReply) -> PageOutcome:
    """Store one pulled page."""
    return sync_store.apply_pages([one])
