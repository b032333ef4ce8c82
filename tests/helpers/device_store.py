"""A real device store for tests: an SQLCipher file, with rows in it as sync would bring them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.stages import DEFAULT_STAGES
from nxcrm_desktop.store.engine import Store, create_store
from nxcrm_desktop.store.rows import Rows


def pulled(store: Store, name: str, /, **values: Value) -> str:
    """Put a row into the store as if it came from the server; returns its id."""
    info = entity(name)
    moment = clock.now_ms()
    row: dict[str, Value] = {"id": new_id(), "created_at": moment, "updated_at": moment, **values}
    with store.transaction() as (connection, done):
        rows = Rows(connection.connection.cursor())
        rows.insert(name, [[row.get(column) for column in info.columns]])
        done(rows.finish("sync"))
    return str(row["id"])


def staff(store: Store, full_name: str, role: Role = Role.SALES, *, active: bool = True) -> Actor:
    """A member of staff, as the server made them."""
    username = full_name.lower().replace(" ", ".")
    user_id = pulled(store, "user", username=username, full_name=full_name, role=role.value, active=int(active))
    return Actor(user_id, role)


def stages(store: Store) -> None:
    """The pipeline of a new organisation."""
    for position, stage in enumerate(DEFAULT_STAGES):
        pulled(
            store, "lead_stage", key=stage.key, label=stage.label, label_hi=stage.label_hi, position=position,
            probability=stage.probability, outcome=stage.outcome,
        )  # fmt: skip


@contextmanager
def device_store(folder: Path) -> Iterator[Store]:
    """A new store in ``folder``, with the usual stages, closed at the end."""
    store = create_store(folder / "store.db", os.urandom(32))
    stages(store)
    try:
        yield store
    finally:
        store.close()
