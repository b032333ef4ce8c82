"""What people really get wrong: each time a sentence, exit code 1, and nothing half-written."""

from __future__ import annotations

import json
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from sync.server.config import OrgPolicy
from tests.helpers.cli import Laptop
from tests.helpers.server import ServerHandle, running_server

PASSWORD = "seven quiet rivers of konkan"


@dataclass
class Enrolled:
    """A running server and one enrolled laptop with one lead."""

    server: ServerHandle
    laptop: Laptop
    folder: Path


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enrolled]:
    folder = tmp_path_factory.mktemp("bad")
    with running_server(folder, policy=OrgPolicy(password_only_devices=True)) as server:
        laptop = Laptop(folder / "laptop", PASSWORD)
        temporary, _ = server.add_user("asha")
        done = laptop.call(
            "enroll", "--server", server.url, "--user", "asha", "--ca", str(server.ca_file), "--new-password-stdin",
            text=PASSWORD + "\n", NXCRM_PASSWORD=temporary, NXCRM_OTP=server.otp("asha"),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        laptop.do("record", "create", "lead", "--set", "name=Ravi", "--set", "stage=new")
        yield Enrolled(server, laptop, folder)


def _enroll(folder: Path, url: str, *more: str) -> tuple[int, str]:
    profile = folder / "new laptop"
    failed = Laptop(profile, "x").fail("enroll", "--server", url, "--user", "asha", *more, NXCRM_OTP="000000")
    assert failed.message
    assert not profile.exists(), "half a profile was left behind"
    assert not list(folder.glob(".new laptop*")), "half a profile was left behind"
    return failed.exit_code, failed.code


class _Page(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer as a guest network's sign-in page does."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>Welcome to our hotel</html>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class calls it so)
        """Say nothing."""


@pytest.fixture
def other_server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A server that is not ours: (address, CA file); over TLS with a certificate of the given end, or plain (None)."""
    server = HTTPServer(("127.0.0.1", 0), _Page)
    authority = trustme.CA()
    if request.param is not None:
        leaf = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + timedelta(days=request.param))
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", str(tmp_path / "ca.pem")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("other_server", "code"),
    [(1, "server_wrong"), (-1, "certificate_expired"), (None, "tls_required")],
    indirect=["other_server"],
)
def test_servers_that_are_not_ours(other_server: tuple[str, str], code: str, tmp_path: Path) -> None:
    url, authority = other_server
    assert _enroll(tmp_path, url, "--ca", authority) == (1, code)


def test_no_server_a_stranger_and_nonsense(enrolled: Enrolled, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert _enroll(tmp_path, f"https://127.0.0.1:{port}") == (1, "server_unreachable")
    assert _enroll(tmp_path, enrolled.server.url) == (1, "tls_untrusted")
    assert _enroll(tmp_path, "crm example") == (1, "invalid_server")
    assert _enroll(tmp_path, enrolled.server.url, "--ca", str(enrolled.server.ca_file)) == (1, "bad_credentials")


def test_a_second_program_on_one_profile_and_a_wrong_password(enrolled: Enrolled) -> None:
    command = [sys.executable, "-c", "from nxcrm_desktop.cli import main; main()", "shell"]
    environment = {"NXCRM_PROFILE": str(enrolled.laptop.profile), "NXCRM_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        first.stdin.write('{"cmd": "record.list", "args": {"entity": "lead"}}\n')
        first.stdin.flush()
        assert [row["name"] for row in json.loads(first.stdout.readline())] == ["Ravi"]
        second = enrolled.laptop.fail("record", "list", "lead")
        assert (second.exit_code, second.code) == (1, "profile_in_use")
        first.stdin.close()
    thief = enrolled.laptop.fail("record", "list", "lead", NXCRM_PASSWORD="something else altogether")
    assert (thief.exit_code, thief.code) == (1, "wrong_password")


def test_a_full_disk_refuses_the_edit_and_keeps_the_rest(enrolled: Enrolled) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    words = ["record", "create", "lead", "--set", "name=Sita", "--set", "stage=new", "--set", "notes=" + "x" * 9_000]
    # Inherited by the program that is started now. The index of the journal alone takes 32 KiB.
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        full = enrolled.laptop.fail(*words)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert full.exit_code == 1
    assert full.code in {"disk_full", "disk_error"}
    assert [row["name"] for row in enrolled.laptop.lines("record", "list", "lead")] == ["Ravi"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "file_empty"),
        (b"Name,Phone\n", "file_empty"),
        (b"Name\nRavi\n", "one_column"),
        (b"\x00\x01\x02\xff" * 500, "file_binary"),
        (b"Alpha,Beta\n1,2\n", "unknown_columns"),
    ],
)
def test_files_that_cannot_be_imported(enrolled: Enrolled, tmp_path: Path, body: bytes, code: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(body)
    refused = enrolled.laptop.fail("import", str(file), "--entity", "lead")
    assert (refused.exit_code, refused.code) == (1, code)


def test_values_and_names_that_are_wrong(enrolled: Enrolled) -> None:
    answers = enrolled.laptop.shell([
        ("record.create", {"entity": "lead", "set": {"name": "", "stage": "new"}}),
        ("record.create", {"entity": "lead", "set": {"name": "Sita", "stage": "new", "phone": "12"}}),
        ("record.create", {"entity": "lead", "set": {"name": "Sita", "stage": "new", "budget_paise": "4.5 lakh"}}),
        ("record.create", {"entity": "leed", "set": {}}),
        ("record.get", {"entity": "lead", "id": "none"}),
        ("record.list", {"entity": "lead", "where": {"colour": "red"}}),
        ("nonsense", {}),
        ("record.list", {"entty": "lead"}),
        ("record.list", {"entity": "lead"}),
    ])  # fmt: skip
    codes = [answer["error"]["code"] for answer in answers[:-1]]
    assert codes == [
        "invalid_value", "invalid_value", "invalid_value", "unknown_entity", "not_found", "unknown_field",
        "bad_command", "bad_command",
    ]  # fmt: skip
    assert [row["name"] for row in answers[-1]] == ["Ravi"]


def test_a_damaged_store_is_told_and_left_as_it_is(enrolled: Enrolled) -> None:
    store = enrolled.laptop.profile / "store.db"
    whole = store.read_bytes()
    assert not store.with_name("store.db-wal").exists(), "a closed store is one file"
    store.write_bytes(whole[:9_000] + bytes(len(whole) - 9_000))
    damaged = store.read_bytes()
    try:
        told = enrolled.laptop.fail("record", "list", "lead")
        assert (told.exit_code, told.code) == (1, "store_corrupt")
        assert store.read_bytes() == damaged
    finally:
        store.write_bytes(whole)
    assert [row["name"] for row in enrolled.laptop.lines("record", "list", "lead")] == ["Ravi"]


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["record", "get", "lead"], ["sync", "--fast"], ["record", "update", "lead", "x", "--set", "y"]],
)
def test_wrong_usage_is_exit_code_2(enrolled: Enrolled, words: list[str]) -> None:
    done = enrolled.laptop.call(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
