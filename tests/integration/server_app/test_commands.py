"""``nxcrm-server``: names, options, exit codes and JSON are a contract."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sync.server import config as configuration
from sync.server.app import make_context
from sync.server.cli import app
from sync.server.services.audit import verify
from sync.server.store.engine import read_snapshot, write_transaction
from sync.server.store.tables import ENTITY_TABLES

RUNNER = CliRunner()


def command(*words: str | Path) -> Result:
    """Runs a command in this process."""
    return RUNNER.invoke(app, [str(word) for word in words])


def answer(*words: str | Path) -> dict[str, Any]:
    """The JSON object a command prints."""
    done = command(*words, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def failure(*words: str | Path) -> str:
    """The code of the failure a command reports."""
    done = command(*words, "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    told = json.loads(done.stderr)
    assert list(told) == ["error"]
    assert set(told["error"]) == {"code", "message"}
    return str(told["error"]["code"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server that was just made."""
    folder = tmp_path_factory.mktemp("made") / "data"
    answer("init", "--data", folder, "--admin", "root")
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return Path(shutil.copytree(made, tmp_path / "data"))


def add(data: Path, name: str, role: str = "sales", *more: str) -> dict[str, Any]:
    """Adds a member of staff."""
    return answer("user", "add", name, "--data", data, "--full-name", name.title(), "--role", role, *more)


def test_init_tells_what_the_administrator_needs(tmp_path: Path) -> None:
    told = answer("init", "--data", tmp_path / "new", "--admin", "root")
    assert set(told) == {"admin", "temporary_password", "totp_uri", "recovery_codes"}
    assert told["totp_uri"].startswith("otpauth://totp/")
    assert len(told["recovery_codes"]) == 10


def test_secrets_on_disk_are_the_owners_alone(data: Path) -> None:
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for name in ("signing.key", "server.toml"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600


def test_init_spares_a_folder_that_is_in_use(data: Path) -> None:
    before = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}
    assert failure("init", "--data", data, "--admin", "other") == "already_initialised"
    assert {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()} == before


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--admin", "root", "--database", "mysql://x/y"], "bad_database_url"),
        (["--admin", "bad name!"], "bad_user_name"),
        (["--admin", "root", "--database", "postgresql+psycopg://nobody@127.0.0.1:1/none"], "unavailable"),
    ],
)
def test_a_failed_init_leaves_nothing_behind(tmp_path: Path, options: list[str], code: str) -> None:
    assert failure("init", "--data", tmp_path / "new", *options) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
def test_init_on_postgresql_refuses_a_database_in_use(tmp_path: Path, pg_database: str) -> None:
    answer("init", "--data", tmp_path / "one", "--admin", "root", "--database", pg_database)
    assert (
        failure("init", "--data", tmp_path / "two", "--admin", "root", "--database", pg_database) == "database_in_use"
    )
    assert not (tmp_path / "two").exists()
    assert [
        u["name"]
        for u in map(json.loads, command("user", "list", "--data", tmp_path / "one", "--json").stdout.splitlines())
    ] == ["root"]


def test_staff_are_added_listed_and_changed(data: Path) -> None:
    assert set(add(data, "Meena", "manager")) == {"user_id", "temporary_password", "totp_uri"}
    add(data, "ravi", "sales", "--manager", "meena", "--employee-id", "E7", "--email", "ravi@example.com")
    answer("user", "set-role", "ravi", "finance", "--data", data)
    answer("user", "disable", "ravi", "--data", data)
    people = [json.loads(line) for line in command("user", "list", "--data", data, "--json").stdout.splitlines()]
    ravi = next(person for person in people if person["name"] == "ravi")
    assert {k: ravi[k] for k in ("full_name", "role", "manager", "active", "devices")} == {
        "full_name": "Ravi", "role": "finance", "manager": "meena", "active": False, "devices": 0,
    }  # fmt: skip
    answer("user", "enable", "ravi", "--data", data)
    answer("user", "set-manager", "ravi", "-", "--data", data)
    assert "ravi" in command("user", "list", "--data", data).stdout


def test_staff_mistakes_are_told(data: Path) -> None:
    add(data, "meena", "manager")
    add(data, "asha", "manager", "--manager", "meena")
    add(data, "ravi", "sales", "--manager", "asha")
    base = ("--full-name", "X", "--role", "sales", "--data", data)
    assert failure("user", "add", "MEENA", *base) == "user_exists"
    assert failure("user", "add", "new", *base, "--manager", "ravi") == "not_a_manager"
    assert failure("user", "add", "new", *base, "--manager", "nobody") == "unknown_user"
    assert failure("user", "add", "new", *base, "--email", "not an address") == "invalid_value"
    assert failure("user", "set-manager", "meena", "asha", "--data", data) == "manager_circle"
    assert failure("user", "disable", "root", "--data", data) == "last_admin"
    assert failure("user", "set-role", "root", "sales", "--data", data) == "last_admin"
    assert failure("device", "revoke", "nothing", "--data", data) == "not_found"


@pytest.mark.parametrize(
    "words",
    [
        ["init"], ["user", "add", "x"], ["user", "add", "x", "--full-name", "X", "--role", "king", "--data", "d"],
        ["run", "--data", "d", "--port", "high"], ["fly"], ["run", "--data", "d", "--workers", "0"],
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(words: list[str]) -> None:
    assert command(*words).exit_code == 2


def test_a_folder_without_a_server(tmp_path: Path) -> None:
    assert failure("user", "list", "--data", tmp_path) == "not_initialised"


@pytest.mark.parametrize("text", ["[policy]\noffline_days = 0", "nonsense", "[policy]\nunknown = 1", "\xff"])
def test_a_broken_configuration_is_told(data: Path, text: str) -> None:
    (data / "server.toml").write_bytes(text.encode("latin-1"))
    assert failure("user", "list", "--data", data) == "bad_config"


def test_a_lost_signing_key_is_told(data: Path) -> None:
    (data / "signing.key").write_text("short")
    assert failure("user", "list", "--data", data) == "signing_key_missing"


def test_data_folder_may_come_from_the_environment(data: Path) -> None:
    environment = {**os.environ, "NXCRM_SERVER_DATA": str(data)}
    words = [sys.executable, "-m", "sync.server", "audit", "verify", "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"ok": True, "events": 1}


def test_help_names_the_program() -> None:
    words = [sys.executable, "-m", "sync.server", "user", "add", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "Usage: nxcrm-server user add [OPTIONS]" in done.stdout


def test_audit_verify_names_the_first_broken_link(data: Path) -> None:
    for name in ("a1", "b2", "c3"):
        add(data, name)
    context = make_context(configuration.load(data))
    event = ENTITY_TABLES["audit_event"]
    try:
        for damage, position, reason in (
            (event.update().where(event.c.position == 3).values(action="user.enabled"), 3, "changed"),
            (event.delete().where(event.c.position == 2), 2, "missing"),
            (event.delete().where(event.c.position > 1), 2, "end"),
        ):
            with write_transaction(context.engine) as connection:
                connection.execute(damage)
            with read_snapshot(context.engine) as connection:
                verdict = verify(connection)
            assert (verdict.broken_at, verdict.events) == (position, position - 1)
            assert reason in verdict.reason
    finally:
        context.engine.dispose()
    assert failure("audit", "verify", "--data", data) == "audit_broken"


def test_audit_holds_ids_and_never_names(data: Path) -> None:
    add(data, "ravi", "sales", "--email", "ravi@example.com")
    lines = command("audit", "export", "--data", data, "--json").stdout.splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["user.added", "user.added"]
    assert "ravi" not in "".join(lines).lower()


def test_doctor_finds_what_is_wrong(data: Path) -> None:
    assert {check["name"]: check["ok"] for check in answer("doctor", "--data", data)["checks"]} == {
        "database": True, "audit": True, "signing_key": True, "disk": True, "document_store": True, "documents": True,
    }  # fmt: skip
    (data / "signing.key").chmod(0o644)
    done = command("doctor", "--data", data, "--json")
    assert done.exit_code == 1
    assert [check["name"] for check in json.loads(done.stdout)["checks"] if not check["ok"]] == ["signing_key"]
    assert "BAD  signing_key" in command("doctor", "--data", data).stdout


def test_a_database_of_a_newer_program_is_left_alone(data: Path) -> None:
    context = make_context(configuration.load(data))
    with write_transaction(context.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    context.engine.dispose()
    assert failure("run", "--data", data, "--dev-tls", "--port", "0") == "database_newer"


@pytest.mark.parametrize(
    ("words", "policy"), [([], "development"), (["--allow-password-only"], True), (["--require-keyring"], False)]
)
def test_devices_without_a_keyring_are_a_matter_of_policy(tmp_path: Path, words: list[str], policy: object) -> None:
    answer("init", "--data", tmp_path / "data", "--admin", "root", *words)
    assert configuration.load(tmp_path / "data").policy.password_only_devices == policy
