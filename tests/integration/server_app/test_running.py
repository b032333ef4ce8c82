"""The process: how it is reached, what it refuses to do, how it starts and stops."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import requests
import trustme
from sqlalchemy import make_url

from tests.helpers.server import ServerHandle, running_server


def refusal(data: Path, *options: str) -> str:
    """The code with which ``run`` refuses to start."""
    words = [sys.executable, "-m", "sync.server", "run", "--data", str(data), "--json", *options]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    return str(json.loads(done.stderr.splitlines()[-1])["error"]["code"])


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that does not run."""
    with running_server(tmp_path_factory.mktemp("idle"), start=False) as server:
        return server.data_dir


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], "tls_required"),
        (["--dev-tls", "--insecure-loopback"], "tls_required"),
        (["--insecure-loopback", "--host", "0.0.0.0"], "tls_required"),  # noqa: S104 (it must refuse)
        (["--insecure-loopback", "--host", "::"], "tls_required"),
        (["--insecure-loopback", "--host", "192.0.2.1"], "tls_required"),
        (["--tls-cert", "missing.pem"], "bad_certificate"),
        (["--tls-cert", "missing.pem", "--tls-key", "missing.key"], "bad_certificate"),
        (["--dev-tls", "--host", "192.0.2.1"], "cannot_listen"),
    ],
)
def test_what_run_refuses(idle: Path, options: list[str], code: str) -> None:
    assert refusal(idle, *options) == code


def test_a_taken_port_is_told(idle: Path, server: ServerHandle) -> None:
    assert refusal(idle, "--dev-tls", "--port", server.url.rpartition(":")[2]) == "port_in_use"


def test_the_authority_is_named_so_that_it_is_found_from_anywhere(idle: Path) -> None:
    words = ["run", "--data", idle.name, "--dev-tls", "--port", "0", "--json"]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "sync.server", *words], cwd=idle.parent, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.terminate()
    assert Path(told["ca"]) == idle.resolve() / "tls" / "ca.pem"


def _handshake(server: ServerHandle, context: ssl.SSLContext) -> str | None:
    host, port = server.url.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as secure,
    ):
        return secure.version()


def test_tls_is_1_2_or_newer(server: ServerHandle) -> None:
    trusting = ssl.create_default_context(cafile=str(server.ca_file))
    assert _handshake(server, trusting) in ("TLSv1.2", "TLSv1.3")
    old = ssl.create_default_context(cafile=str(server.ca_file))
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match=r"TLSv1 is deprecated"):
        old.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match=r"TLSv1_1 is deprecated"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        _handshake(server, old)


def test_another_authority_is_not_trusted(server: ServerHandle, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    with requests.Session() as http:
        http.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            http.get(f"{server.url}/healthz", verify=str(tmp_path / "other.pem"), timeout=10)


def test_plain_http_to_the_tls_port_is_no_conversation(server: ServerHandle) -> None:
    with requests.Session() as http:
        http.trust_env = False
        with pytest.raises(requests.exceptions.ConnectionError):
            http.get(server.url.replace("https", "http") + "/healthz", timeout=10)


def test_every_reply_is_dressed(server: ServerHandle) -> None:
    http = server.device("root").http
    for path in ("/healthz", "/nothing/here", "/v1/auth/enrol"):
        reply = http.get(server.url + path, headers={"X-Request-Id": "abc-1"}, timeout=10)
        assert reply.headers["X-Request-Id"] == "abc-1"
        assert reply.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "server" not in reply.headers
        assert reply.headers["content-type"] == "application/json"
    forged = http.get(f"{server.url}/healthz", headers={"X-Request-Id": "a b" + "c" * 100}, timeout=10)
    assert len(forged.headers["X-Request-Id"]) == 36


def test_the_log_tells_what_happened_and_to_nobody(server: ServerHandle) -> None:
    server.add_user("canary-person", full_name="Canary Person")
    device = server.device("canary-person", name="Canary laptop")
    assert device.enrol().ok
    device.enrol(password="canary-password-guess")
    device.http.get(f"{server.url}/canary-path?canary=query", timeout=10)
    log = server.log_file.read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert {"/v1/auth/enrol", "-"} <= {line.get("route") for line in lines}
    assert "canary" not in log.lower()
    assert "127.0.0.1" not in log


def test_plain_http_on_loopback_when_asked(tmp_path: Path) -> None:
    with running_server(tmp_path, tls=("--insecure-loopback",)) as server, requests.Session() as http:
        http.trust_env = False
        reply = http.get(f"{server.url}/readyz", timeout=10)
        assert (server.url[:7], reply.json()) == ("http://", {"status": "ok"})
        assert "Strict-Transport-Security" not in reply.headers


def test_the_organisations_own_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    tls = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    with running_server(tmp_path, tls=tls) as server, requests.Session() as http:
        http.trust_env = False
        assert http.get(f"{server.url}/healthz", verify=str(tmp_path / "ca.pem"), timeout=10).ok


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    with running_server(tmp_path, workers=2) as server:
        assert server.process is not None
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert len(children) >= 2
        server.process.kill()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert not alive
        server.kill()
        server.start()


@pytest.mark.postgres
def test_several_workers_on_postgresql_share_everything(tmp_path: Path, pg_database: str) -> None:
    with running_server(tmp_path, database=pg_database, workers=2) as server:
        device = server.device("root")
        assert device.enrol().ok
        for _ in range(6):
            device.http.close()  # each new connection may reach the other worker
            assert device.refresh().ok
        server.stop()
        server.start()
        assert device.refresh().ok


@pytest.mark.postgres
def test_a_database_that_goes_away_is_503_until_it_returns(tmp_path: Path, pg_url: str, pg_database: str) -> None:
    name = make_url(pg_database).database
    with (
        running_server(tmp_path, database=pg_database) as server,
        psycopg.connect(pg_url.replace("+psycopg", ""), autocommit=True) as cluster,
    ):
        device = server.device("root")
        device.enrol()
        cluster.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for reply in (device.http.get(f"{server.url}/readyz", timeout=10), device.refresh(), device.enrol()):
            assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
            assert int(reply.headers["Retry-After"]) == reply.json()["retry_after"] > 0
        assert device.http.get(f"{server.url}/healthz", timeout=10).ok
        cluster.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
        assert device.refresh().ok


def test_a_database_that_cannot_be_opened_keeps_the_server_from_starting(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        http = server.device("root").http
        database = server.data_dir / "server.db"
        server.context.engine.dispose()
        server.stop()
        database.rename(database.with_suffix(".away"))
        database.mkdir()
        assert refusal(server.data_dir, "--dev-tls", "--port", "0") == "unavailable"
        database.rmdir()
        database.with_suffix(".away").rename(database)
        server.start()
        assert http.get(f"{server.url}/readyz", timeout=10).ok
