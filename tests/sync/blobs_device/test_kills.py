"""`nxcrm` killed -9 in the middle of sending and of fetching a document, and what its commands say of documents."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.config import OrgPolicy
from tests.helpers import cli
from tests.helpers.enrolled import profile
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.tcp_proxy import Lane, TcpProxy
from tests.sync.blobs_device.conftest import KIB, MIB


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server process that allows laptops without a keyring."""
    with running_server(tmp_path_factory.mktemp("server"), policy=OrgPolicy(password_only_devices=True)) as running:
        yield running


def kill_in(victim: cli.Laptop, proxy: TcpProxy, lane: Lane, size: int, *words: str) -> None:
    """Start a command, and kill it -9 once so many bytes went that way."""
    lane.hold(size)
    process = victim.begin(*words)
    try:
        assert lane.held.wait(30), "it moved less than that"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    proxy.calm()


def test_killed_while_sending_and_while_fetching(
    server: ServerHandle, team: tuple[str, str], proxy: TcpProxy, tmp_path: Path
) -> None:
    rep = profile(server, tmp_path / "rep", team[0], url=proxy.url)
    boss = profile(server, tmp_path / "boss", team[1], url=proxy.url)
    paper, copy = tmp_path / "paper.bin", tmp_path / "copy.bin"
    paper.write_bytes(os.urandom(5 * MIB))
    lead = rep.do("record", "create", "lead", "--set", "name=Ravi", "--set", "stage=new")["id"]
    document = rep.do("document", "add", str(paper), "--lead", lead)["id"]
    assert rep.do("document", "list")["place"] == "waiting"

    kill_in(rep, proxy, proxy.requests, 2 * MIB, "sync")
    kill_in(rep, proxy, proxy.requests, MIB, "sync")
    before = proxy.requests.carried
    summary = rep.do("sync")
    assert summary["complete"] is True
    assert sorted(summary) == sorted((
        "pushed", "pulled", "merged", "conflicts", "rejected", "complete", "bytes_up", "bytes_down",
    ))  # fmt: skip
    assert proxy.requests.carried - before < 5 * MIB - 200 * KIB, "what the server had was not sent again"
    assert summary["bytes_up"] > 100 * KIB
    assert rep.do("document", "list")["place"] == "here"

    boss.do("sync")
    assert boss.do("document", "list")["place"] == "server"
    get = ("document", "get", document, "-o", str(copy))
    proxy.replies.rate = 4 * MIB  # no faster than it is written down: what is still on its way dies with the program
    kill_in(boss, proxy, proxy.replies, 2 * MIB, *get)
    assert not copy.exists()
    before = proxy.replies.carried
    boss.do(*get)
    assert copy.read_bytes() == paper.read_bytes()
    assert proxy.replies.carried - before < 4 * MIB, "what had come was not fetched again"
    assert boss.do("document", "list")["place"] == "here"


def test_keeping_freeing_and_the_room_they_take(
    server: ServerHandle, team: tuple[str, str], proxy: TcpProxy, tmp_path: Path
) -> None:
    rep = profile(server, tmp_path / "rep", team[0], url=proxy.url)
    paper, copy = tmp_path / "paper.pdf", tmp_path / "copy.pdf"
    paper.write_bytes(b"%PDF-1.4 " + bytes(5000))
    lead = rep.do("record", "create", "lead", "--set", "name=Ravi", "--set", "stage=new")["id"]
    document = rep.do("document", "add", str(paper), "--lead", lead)["id"]
    assert rep.fail("document", "free", document).code == "document_unsent"
    rep.do("sync")
    space = rep.do("document", "space", "--budget", "100000")
    assert (space["budget"], space["used"], space["unsent"]) == (100000, 5009, 0)
    rep.do("document", "free", document)
    proxy.refuse()
    failure = rep.fail("document", "get", document, "-o", str(copy))
    assert failure.code == "document_offline"
    proxy.accept()
    rep.do("document", "pin", lead, "--of", "lead")
    rep.do("sync")
    row = rep.do("document", "list", "--lead", lead)
    assert (row["place"], row["kept"], row["size_bytes"], row["failure"]) == ("here", True, 5009, None)
    proxy.refuse()
    rep.do("document", "get", document, "-o", str(copy))
    assert copy.read_bytes() == paper.read_bytes()
    proxy.accept()
    rep.do("document", "unpin", lead, "--of", "lead")
    assert rep.do("document", "space", "--budget", "1")["used"] == 0, "what nobody keeps makes room"
    assert rep.fail("document", "pin", "01890000-0000-7000-8000-000000000000").code == "not_found"
