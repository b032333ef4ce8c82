"""What happens to a laptop in the middle of a sync: killed, shut out, told to wipe, signed in by another, misled."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import msgspec
import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.messages import Hello, HelloReply
from sync.server.config import OrgPolicy
from sync.server.services.devices import Devices
from sync.server.services.staff import Staff
from sync.server.services.writes import server_write
from sync.server.store.engine import read_snapshot
from tests.helpers import cli
from tests.helpers.devices import Device, Server
from tests.helpers.enrolled import Laptop, laptop, profile
from tests.helpers.server import PASSWORD, ServerHandle, running_server
from tests.helpers.tcp_proxy import TcpProxy
from tests.sync.server.office import Office

ROWS = 4500
"""Leads: more than two pages."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server process that allows laptops without a keyring."""
    with running_server(tmp_path_factory.mktemp("server"), policy=OrgPolicy(password_only_devices=True)) as running:
        yield running


@pytest.fixture
def asha(server: ServerHandle, executive: str, tmp_path: Path) -> Iterator[Laptop]:
    """An enrolled laptop that has synced once."""
    with laptop(server, tmp_path, executive) as made:
        made.engine.run()
        yield made


def owned(server: ServerHandle, user_id: str) -> list[str]:
    """Names of the leads the server holds of a user."""
    with read_snapshot(server.context.engine) as connection:
        found = connection.exec_driver_sql(f"SELECT name FROM lead WHERE owner_id = '{user_id}' ORDER BY name")  # noqa: S608
        return list(found.scalars())


def kill_while_it_syncs(victim: cli.Laptop, proxy: TcpProxy, size: int, wait: float) -> None:
    """Start a sync and kill it -9 once so many bytes of replies went through, and a moment passed."""
    proxy.replies.hold(size)
    process = victim.begin("sync")
    try:
        assert proxy.replies.held.wait(20)
        if wait:
            proxy.replies.release()
            Event().wait(wait)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    proxy.calm()


def test_client_killed_mid_page(server: ServerHandle, executive: str, proxy: TcpProxy, tmp_path: Path) -> None:
    victim = profile(server, tmp_path / "victim", executive, url=proxy.url)
    owner = server.accounts[executive].user_id
    with server_write(server.context.engine, None) as write:
        names = [f"Lead {n:04d}" for n in range(ROWS)]
        for name in names:
            write.put("lead", {"name": name, "stage": "new", "owner_id": owner, "notes": os.urandom(100).hex()})
    typed = victim.do("record", "create", "lead", "--set", "name=Typed offline", "--set", "stage=new")["id"]
    for size, wait in ((300_000, 0), (500_000, 0.15)):
        kill_while_it_syncs(victim, proxy, size, wait)
    summary, leads, status, again = victim.shell([
        ("sync", {}), ("record.list", {"entity": "lead"}), ("status", {}), ("sync", {}),
    ])  # fmt: skip
    assert summary["complete"] is True
    assert sorted(lead["name"] for lead in leads) == sorted([*names, "Typed offline"])
    assert [lead["id"] for lead in leads if lead["name"] == "Typed offline"] == [typed]
    assert status["outbox"] == 0
    assert (again["pushed"], again["pulled"]) == (0, 0)
    assert owned(server, owner) == sorted([*names, "Typed offline"])


def test_revocation_in_mid_push(server: ServerHandle, asha: Laptop) -> None:
    names = [f"Lead {n:04d}" for n in range(1200)]
    asha.add_leads(names)
    turns = iter(range(100))

    def revoke_before_the_second() -> None:
        if next(turns) == 1:
            Devices(server.context).revoke(asha.id)

    asha.just_before("push", revoke_before_the_second)
    assert asha.fails() == "device_revoked"
    taken = owned(server, asha.actor.user_id)
    assert taken == names[:500], "what was taken before is taken whole, and nothing after"
    assert asha.waiting() == 700
    assert len(asha.leads()) == 1200
    assert asha.fails() == "device_revoked"


def test_revocation_while_a_push_is_on_its_way(
    server: ServerHandle, executive: str, proxy: TcpProxy, tmp_path: Path
) -> None:
    with laptop(server, tmp_path, executive, url=proxy.url) as asha:
        asha.engine.run()
        asha.add_leads(["Lead 1", "Lead 2"])

        asha.just_before("push", proxy.requests.hold)
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(asha.fails)
            assert proxy.requests.held.wait(10)
            Devices(server.context).revoke(asha.id)
            proxy.requests.release()
            assert run.result() == "device_revoked"
        assert owned(server, asha.actor.user_id) == []
        assert asha.waiting() == 2


def test_user_disabled_in_mid_push(server: ServerHandle, executive: str, asha: Laptop) -> None:
    asha.add_lead("Typed before")
    asha.just_before("push", lambda: Staff(server.context).set_active(executive, active=False))
    assert asha.fails() == "account_disabled"
    assert (owned(server, asha.actor.user_id), asha.waiting()) == ([], 1)


class _Ordered(Server):
    """A server that orders its devices to be wiped."""

    def hello(self, session: object, message: Hello) -> HelloReply:
        return msgspec.structs.replace(super().hello(session, message), device_state="wipe")  # type: ignore[arg-type]


def test_wipe_with_unsynced_edits(office: Office, tmp_path: Path) -> None:
    asha = office.user("asha")
    device = Device(tmp_path, Server(office.engine), asha, Role.SALES)
    device.sync()
    with device.write() as work:
        lead = work.create("lead", {"name": "Not sent", "stage": "new", "owner_id": asha})
    device.api._server = _Ordered(office.engine)
    device.restart()
    with pytest.raises(NxcrmError) as caught:
        device.engine.run()
    assert caught.value.code == "device_revoked"
    assert device.rows("lead").keys() == {lead}, "sync itself throws nothing away: the program shreds keys, and says so"
    assert device.sync_store.state().waiting == 1
    device.close()


def test_account_switched_on_one_device(server: ServerHandle, executive: str, asha: Laptop, tmp_path: Path) -> None:
    server.add_user("newcomer")
    asha.add_lead("Typed by the first")
    temporary = server.accounts["newcomer"].temporary_password
    for password in (temporary, PASSWORD):
        with pytest.raises(NxcrmError) as caught:
            asha.session.sign_in("newcomer", password, server.otp("newcomer"))
        assert caught.value.code in {"sign_in_refused", "bad_credentials", "sign_in_needed", "not_allowed"}
    with laptop(server, tmp_path, "newcomer") as other:  # the same machine, a store of their own
        assert other.engine.run().complete
        assert (other.leads(), other.id == asha.id) == ([], False)
        tokens = other.vault.load()
        asha.vault.save(tokens)  # tokens put into another's store
        assert asha.fails() in {"not_allowed", "sign_in_needed"}
        assert owned(server, other.actor.user_id) == []
    asha.session.sign_in(executive, PASSWORD, server.otp(executive))
    assert asha.engine.run().complete
    assert owned(server, asha.actor.user_id) == ["Typed by the first"]


def test_empty_answer_from_a_fresh_server(office: Office, tmp_path: Path, sqlite_template: Path) -> None:
    asha = office.user("asha")
    device = Device(tmp_path, Server(office.engine), asha, Role.SALES)
    with device.write() as work:
        sent = work.create("lead", {"name": "Sent", "stage": "new", "owner_id": asha})
    device.sync()
    with device.write() as work:
        waiting = work.create("lead", {"name": "Waiting", "stage": "new", "owner_id": asha})
    fresh = tmp_path / "fresh.db"
    fresh.write_bytes(sqlite_template.read_bytes())
    newer = Office(f"sqlite:///{fresh}")
    with server_write(newer.engine, None) as write:
        write.put("user", {"username": "asha", "full_name": "asha", "role": "sales", "active": 1}, row_id=asha)
    with newer.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE epoch SET name = '01900000-0000-7000-8000-00000000feed'")
    device.api._server = Server(newer.engine, key=bytes(32))
    for _ in range(2):
        with pytest.raises(NxcrmError) as caught:
            device.engine.run()
        assert caught.value.code == "epoch_unknown"
    assert device.rows("lead").keys() == {sent, waiting}
    device.api._server = Server(office.engine)
    assert device.sync().complete
    assert device.rows("lead").keys() == {sent, waiting}
    device.close()
    newer.engine.dispose()
