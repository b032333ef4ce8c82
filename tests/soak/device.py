"""One laptop of the soak, a process that is killed again and again: it types, and it syncs."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery, Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.store.engine import Store, open_store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import StoreTokenVault, SyncStore
from sync.client.auth import Session
from sync.client.engine import SyncEngine
from sync.client.failures import TRANSIENT
from sync.client.transport import Endpoint, Transport
from tests.helpers.devices import KEY, RealClock

_SHOWN, _LONG = 200, 3000


def type_something(store: Store, actor: Actor, chance: random.Random) -> str:
    """One unit of work; returns the word typed, "-" where a later edit may replace it."""
    word = f"w{new_id()}"
    with store.read() as reader:
        leads = reader.page(ListQuery("lead", order="id"), limit=_SHOWN).rows
    kind = chance.choice(("create", "remark", "remark", "replace", "note")) if leads else "create"
    lead = chance.choice(leads) if leads else None
    with store.write(actor) as work:
        if lead is None or kind == "create":
            work.create("lead", {"name": word, "stage": "new", "owner_id": actor.user_id})
        elif kind == "remark" and len(str(lead["notes"])) < _LONG:
            work.update("lead", lead.id, {"notes": f"{lead['notes'] or ''}\n{word}".strip()})
        elif kind == "note":
            note: dict[str, Value] = {"kind": "note", "lead_id": lead.id, "happened_at": now_ms(), "body": word}
            work.create("communication", note)
        else:
            work.update("lead", lead.id, {"city": word})
            return "-"
    return word


def run(path: Path, url: str, ca_file: Path, key: DeviceKey, seed: int) -> None:
    """Type and sync until killed. Whatever is no bad network ends the process with its traceback."""
    chance, store = random.Random(seed), open_store(path, KEY)
    with store.read() as reader:
        actor = Actor(str(reader.meta(Meta.USER_ID)), Role(str(reader.meta(Meta.ROLE))))
        device = str(reader.meta(Meta.DEVICE_ID))
    plain = Transport(Endpoint(url, ca_file), timeout=(2, 3))
    session = Session(plain, StoreTokenVault(store), key, device, RealClock())
    engine = SyncEngine(SyncStore(store), Transport(Endpoint(url, ca_file), session, timeout=(2, 3)), RealClock())
    while True:
        for _ in range(chance.randint(0, 12)):
            sys.stdout.write(type_something(store, actor, chance) + "\n")
            sys.stdout.flush()
        try:
            engine.run()
        except NxcrmError as error:
            if error.code not in TRANSIENT:
                raise


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), DeviceKey.from_secret(sys.argv[4]), int(sys.argv[5]))
