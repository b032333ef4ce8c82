"""Signing in again, and enrolling at a terminal: against a real server, each command a process of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from nxcrm_desktop.cli.run import run
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.facts import Role
from sync.server.config import OrgPolicy
from sync.server.services.staff import Staff
from tests.helpers.cli import Laptop
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.terminal import talk

PASSWORD = "seven quiet rivers of konkan"
DAY = 86_400_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    with running_server(tmp_path_factory.mktemp("server"), policy=OrgPolicy(password_only_devices=True)) as running:
        yield running


def enrolled(server: ServerHandle, folder: Path, name: str, role: Role = Role.SALES) -> Laptop:
    temporary, _ = server.add_user(name, role)
    laptop = Laptop(folder / name, PASSWORD)
    done = laptop.call(
        "enroll", "--server", server.url, "--user", name, "--ca", str(server.ca_file), "--new-password-stdin",
        text=PASSWORD + "\n", NXCRM_PASSWORD=temporary, NXCRM_OTP=server.otp(name),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return laptop


def signed_out(server: ServerHandle, name: str) -> None:
    """An account switched off and on again: its sessions have ended."""
    Staff(server.context).set_active(name, active=False)
    Staff(server.context).set_active(name, active=True)


def test_a_sync_signs_in_again_with_a_code_and_not_without(server: ServerHandle, tmp_path: Path) -> None:
    laptop = enrolled(server, tmp_path, "asha")
    laptop.do("record", "create", "lead", "--set", "name=Ravi", "--set", "stage=new")
    signed_out(server, "asha")
    refused = laptop.fail("sync")
    assert refused.code == "sign_in_needed"
    assert "--otp CODE" in refused.message
    assert laptop.fail("--otp", "000000", "sync").code == "bad_credentials"
    done = laptop.do("--otp", server.otp("asha"), "sync")
    assert (done["pushed"], done["complete"]) == (1, True)
    assert laptop.do("sync")["complete"] is True, "the new sign-in lasts"


def test_the_officers_search_and_the_shell_sign_in_again(server: ServerHandle, tmp_path: Path) -> None:
    laptop = enrolled(server, tmp_path, "priya", Role.PRIVACY_OFFICER)
    signed_out(server, "priya")
    assert laptop.fail("privacy", "search", "Nobody Known").code == "sign_in_needed"
    assert laptop.lines("privacy", "search", "Nobody Known", NXCRM_OTP=server.otp("priya")) == []
    signed_out(server, "priya")
    asked = json.dumps({"cmd": "sync"}) + "\n"
    answer = json.loads(laptop.call("shell", text=asked, NXCRM_OTP=server.otp("priya")).stdout)
    assert answer["complete"] is True


def test_an_expired_lease_is_renewed_with_a_code(
    server: ServerHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    laptop = enrolled(server, tmp_path, "jaya")
    otp = server.otp("jaya")
    monkeypatch.setenv("NXCRM_PROFILE", str(laptop.profile))
    monkeypatch.setenv("NXCRM_PASSWORD", PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with time_machine.travel((now_ms() + 8 * DAY) / 1000, tick=True):
        assert run(["record", "list", "lead", "--json"]) == 1
        assert json.loads(capsys.readouterr().err)["error"]["code"] == "lease_expired"
        assert run(["--otp", otp, "record", "list", "lead"]) == 0
        assert capsys.readouterr().out == "There are no leads.\n"
        assert run(["record", "list", "lead"]) == 0, "the new lease lasts"


def test_at_a_terminal_everything_is_asked_for_and_the_rules_are_told_first(
    server: ServerHandle, tmp_path: Path
) -> None:
    temporary, _ = server.add_user("bela")
    profile = {"NXCRM_PROFILE": str(tmp_path / "bela"), "COLUMNS": "200"}
    enroll = ["enroll", "--server", server.url, "--user", "bela", "--ca", str(server.ca_file)]
    code, shown = talk(
        enroll,
        [
            ("Temporary password", temporary), ("One-time code", server.otp("bela")),
            ("New password", "bela"), ("Repeat for confirmation", "bela"),
            ("New password", PASSWORD), ("Repeat for confirmation", PASSWORD),
        ],
        **profile,
    )  # fmt: skip
    assert code == 0, shown
    assert shown.index("Choose a password of your own: at least 14 characters") < shown.index("New password")
    assert "not strong enough: it needs at least 14 characters" in shown
    codes = shown.partition("Keep these; they are shown once:\n")[2].split()
    assert len(codes) == 10
    assert PASSWORD not in shown
    signed_out(server, "bela")
    code, shown = talk(["sync"], [("Password", PASSWORD), ("One-time code", server.otp("bela"))], **profile)
    assert code == 0, shown
    assert "no longer accepts this sign-in" in shown
    assert "complete: true" in shown
