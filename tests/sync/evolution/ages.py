"""Programs and dictionaries of other versions."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import Facts
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.engine import SyncEngine
from sync.client.ports import SyncState
from sync.server.services import fields, versions
from tests.helpers.devices import Device, RealClock


class OlderStore(SyncStore):
    """The store of a program that knows an earlier version of the dictionary."""

    schema = 1

    def state(self) -> SyncState:
        return dataclasses.replace(super().state(), schema=self.schema)


def grow_older(device: Device, schema: int = 1) -> None:
    """The device's program is one of that version from now on; what it has typed, too."""
    store = OlderStore(device.store)
    store.schema = schema
    device.sync_store = store
    device.engine = SyncEngine(store, device.api, RealClock())
    with device.store.transaction() as (connection, _):
        connection.connection.cursor().execute("UPDATE outbox SET schema = ?", (schema,))


def bring_up_to_date(device: Device) -> None:
    """The device's program is replaced by the present one."""
    device.restart()


@contextmanager
def column(entity: str, name: str, **facts: Any) -> Iterator[None]:
    """The dictionary, as if the column had other facts."""
    info = ENTITIES[entity]
    before = info.fields
    changed = MappingProxyType({**before, name: dataclasses.replace(before[name], **facts)})
    _set_fields(info, changed)
    try:
        yield
    finally:
        _set_fields(info, before)


def _set_fields(info: EntityInfo, facts: Mapping[str, Facts]) -> None:
    object.__setattr__(info, "fields", facts)
    versions._defaults.cache_clear()
    fields._required.cache_clear()
