"""A laptop and a real server process over TLS: enrolled, cut off, back again, with tokens stolen, spent and revoked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.store.engine import Store, create_store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import StoreTokenVault, SyncStore
from sync.client.auth import Session, enrol, tokens_of
from sync.client.engine import SyncEngine
from sync.client.transport import Endpoint, Transport
from sync.protocol import auth
from sync.server.services.devices import Devices
from tests.helpers.devices import KEY, RealClock
from tests.helpers.server import PASSWORD, ServerHandle, running_server


@dataclass
class Laptop:
    """An enrolled device and what it is made of."""

    id: str
    actor: Actor
    store: Store
    vault: StoreTokenVault
    session: Session
    engine: SyncEngine

    def add_lead(self, name: str) -> str:
        with self.store.write(self.actor) as work:
            return work.create("lead", {"name": name, "stage": "new", "owner_id": self.actor.user_id})

    def leads(self) -> list[str]:
        with self.store.read() as reader:
            return [row[0] for row in reader.cursor.execute("SELECT name FROM lead ORDER BY name").fetchall()]

    def fails(self) -> str:
        with pytest.raises(NxcrmError) as caught:
            self.engine.run()
        return caught.value.code


@contextmanager
def laptop(server: ServerHandle, folder: Path, user: str) -> Iterator[Laptop]:
    """A new laptop of a user, enrolled over TLS."""
    endpoint, key = Endpoint(server.url, server.ca_file), DeviceKey.generate()
    account = server.accounts[user]
    known = any(folder.glob("*.db"))  # a second laptop of the same user: the temporary password is spent
    passwords = (PASSWORD, None) if known else (account.temporary_password, PASSWORD)
    device = auth.NewDevice("Laptop", "linux", key.public, "keyring")
    with ExitStack() as stack:
        plain = Transport(endpoint)
        stack.callback(plain.close)
        reply = enrol(plain, auth.Enrol(user, passwords[0], server.otp(user), device, passwords[1]))
        store = create_store(folder / f"{reply.device_id}.db", KEY)
        stack.callback(store.close)
        actor, vault = Actor(reply.user_id, Role(reply.role)), StoreTokenVault(store)
        vault.save(tokens_of(reply))
        with store.write(actor) as work:
            work.set_meta(Meta.DEVICE_ID, reply.device_id)
        session = Session(plain, vault, key, reply.device_id, RealClock())
        transport = Transport(endpoint, session)
        stack.callback(transport.close)
        engine = SyncEngine(SyncStore(store), transport, RealClock())
        yield Laptop(reply.device_id, actor, store, vault, session, engine)


def test_a_laptop_works_through_an_outage_and_a_second_one_sees_it(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.add_user("asha")
        with laptop(server, tmp_path, "asha") as first:
            assert first.engine.run().complete
            server.stop()
            first.add_lead("Made offline")
            assert first.fails() == "server_unreachable"
            assert first.leads() == ["Made offline"]
            server.start()
            assert first.engine.run().pushed == 1
            with laptop(server, tmp_path, "asha") as second:
                summary = second.engine.run()
                assert summary.complete
                assert summary.bytes_down > 1000
                assert second.leads() == ["Made offline"]


def test_tokens_that_are_refused_spent_or_revoked(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.add_user("asha")
        with laptop(server, tmp_path, "asha") as mine:
            first = mine.vault.load()
            assert first is not None
            mine.vault.save(replace(first, access_token="forged" * 7))
            assert mine.engine.run().complete, "refused, renewed, and nobody noticed"
            mine.vault.save(replace(first, access_expires_ms=0))
            assert mine.fails() == "sign_in_needed", "a refresh token used twice ends the session"
            assert mine.vault.load() is None
            mine.session.sign_in("asha", PASSWORD, server.otp("asha"))
            assert mine.engine.run().complete
            mine.session.sign_out()
            assert mine.fails() == "sign_in_needed"
            mine.session.sign_in("asha", PASSWORD, server.otp("asha"))
            mine.add_lead("Not sent yet")
            Devices(server.context).revoke(mine.id)
            assert mine.fails() == "device_revoked"
            assert mine.leads() == ["Not sent yet"]


def test_a_laptop_that_does_not_trust_the_server_sends_nothing(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.add_user("asha")
        stranger = Transport(Endpoint(server.url))
        device = auth.NewDevice("Laptop", "linux", DeviceKey.generate().public, "password")
        with pytest.raises(NxcrmError) as caught:
            enrol(stranger, auth.Enrol("asha", "secret", "123456", device))
        stranger.close()
        assert caught.value.code == "tls_untrusted"
