"""Laptops in the test's own process, enrolled over TLS at a real server process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.store.engine import Store, create_store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import StoreTokenVault, SyncStore
from sync.client.auth import Session, enrol, tokens_of
from sync.client.engine import SyncEngine
from sync.client.transport import CONNECT_SECONDS, READ_SECONDS, Endpoint, Transport
from sync.protocol import auth
from tests.helpers import cli
from tests.helpers.devices import KEY, RealClock
from tests.helpers.server import PASSWORD, ServerHandle


@dataclass
class Laptop:
    """An enrolled device and what it is made of."""

    id: str
    actor: Actor
    store: Store
    key: DeviceKey
    vault: StoreTokenVault
    session: Session
    transport: Transport
    engine: SyncEngine

    def just_before(self, call: str, act: Callable[[], object]) -> None:
        """Do something right before each later call of that name (hello, push, pull, ack) goes out."""
        real = getattr(self.transport, call)

        def told(message: object) -> Any:
            act()
            return real(message)

        setattr(self.transport, call, told)

    def add_lead(self, name: str, **fields: Value) -> str:
        """A lead of the laptop's user; returns its id."""
        (lead,) = self.add_leads([name], **fields)
        return lead

    def add_leads(self, names: list[str], **fields: Value) -> list[str]:
        """Leads of the laptop's user, in one unit of work."""
        with self.store.write(self.actor) as work:
            rows = [{"name": n, "stage": "new", "owner_id": self.actor.user_id, **fields} for n in names]
            return work.create_many("lead", rows)

    def edit_lead(self, lead: str, **fields: Value) -> None:
        """Change a lead."""
        with self.store.write(self.actor) as work:
            work.update("lead", lead, fields)

    def leads(self) -> list[str]:
        """The names of the leads shown."""
        with self.store.read() as reader:
            return [row[0] for row in reader.cursor.execute("SELECT name FROM lead ORDER BY name").fetchall()]

    def waiting(self) -> int:
        """How many edits have not been settled."""
        with self.store.read() as reader:
            return len(reader.outbox())

    def fails(self) -> str:
        """The code with which a sync fails."""
        with pytest.raises(NxcrmError) as caught:
            self.engine.run()
        return caught.value.code


@contextmanager
def laptop(
    server: ServerHandle,
    folder: Path,
    user: str,
    *,
    url: str = "",
    timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
) -> Iterator[Laptop]:
    """A new laptop of a user, enrolled over TLS, which finds the server at ``url`` (such as a proxy's)."""
    endpoint, key = Endpoint(url or server.url, server.ca_file), DeviceKey.generate()
    account = server.accounts[user]
    known = account.temporary_password == PASSWORD  # a second laptop of the same user: the temporary one is spent
    passwords = (PASSWORD, None) if known else (account.temporary_password, PASSWORD)
    device = auth.NewDevice("Laptop", "linux", key.public, "keyring")
    with ExitStack() as stack:
        plain = Transport(endpoint)  # passwords take their time, whatever the network
        stack.callback(plain.close)
        reply = enrol(plain, auth.Enrol(user, passwords[0], server.otp(user), device, passwords[1]))
        account.temporary_password = PASSWORD
        store = create_store(folder / f"{reply.device_id}.db", KEY)
        stack.callback(store.close)
        actor, vault = Actor(reply.user_id, Role(reply.role)), StoreTokenVault(store)
        vault.save(tokens_of(reply))
        with store.write(actor) as work:
            work.set_meta(Meta.DEVICE_ID, reply.device_id)
        session = Session(plain, vault, key, reply.device_id, RealClock())
        transport = Transport(endpoint, session, timeout=timeout)
        stack.callback(transport.close)
        engine = SyncEngine(SyncStore(store), transport, RealClock())
        yield Laptop(reply.device_id, actor, store, key, vault, session, transport, engine)


def profile(server: ServerHandle, folder: Path, user: str, *, url: str = "") -> cli.Laptop:
    """A new laptop of a user driven through ``nxcrm``, without a keyring; finds the server at ``url``."""
    made, account = cli.Laptop(folder, PASSWORD), server.accounts[user]
    done = made.call(
        "enroll", "--server", url or server.url, "--user", user, "--ca", str(server.ca_file), "--new-password-stdin",
        "--device-name", f"{user}'s laptop", "--password-stdin",
        text=f"{account.temporary_password}\n{PASSWORD}\n", NXCRM_OTP=server.otp(user),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    account.temporary_password = PASSWORD
    return made
