"""Laptops driven through `nxcrm`, each command a process of its own, as support staff and scripts do it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_NXCRM = (sys.executable, "-c", "from nxcrm_desktop.cli import main; main()")
_SECONDS = 90


@dataclass(frozen=True)
class Failure:
    """A command that failed as expected: exit code, and code and message of the error."""

    exit_code: int
    code: str
    message: str


@dataclass
class Laptop:
    """One profile and the password of its user."""

    profile: Path
    password: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def call(self, *words: str, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one command with ``--json``."""
        variables = {
            **os.environ, "NXCRM_PROFILE": str(self.profile), "NXCRM_PASSWORD": self.password, **self.environment,
            **environment,
        }  # fmt: skip
        return subprocess.run(
            [*_NXCRM, *words, "--json"], capture_output=True, text=True, input=text or "", env=variables,
            timeout=_SECONDS, check=False,
        )  # fmt: skip

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start one command with ``--json`` in a process group of its own, to be killed or waited for."""
        variables = {**os.environ, "NXCRM_PROFILE": str(self.profile), "NXCRM_PASSWORD": self.password}
        return subprocess.Popen(
            [*_NXCRM, *words, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=variables | dict(self.environment), start_new_session=True,
        )  # fmt: skip

    def lines(self, *words: str, **environment: str) -> list[dict[str, Any]]:
        """The objects a command prints, one a line."""
        done = self.call(*words, **environment)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def do(self, *words: str, **environment: str) -> dict[str, Any]:
        """The one object a command prints."""
        (answer,) = self.lines(*words, **environment)
        return answer

    def fail(self, *words: str, text: str | None = None, **environment: str) -> Failure:
        """The error of a command that must fail; it prints nothing on standard output."""
        done = self.call(*words, text=text, **environment)
        assert done.returncode != 0, f"it went well: {done.stdout[:500]}"
        assert done.stdout == ""
        assert "Traceback" not in done.stderr, done.stderr
        error = json.loads(done.stderr.splitlines()[-1])["error"]
        return Failure(done.returncode, error["code"], error["message"])

    def shell(self, commands: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Any]:
        """Several commands with one unlock."""
        asked = [json.dumps({"cmd": name, "args": dict(args)}, ensure_ascii=False) for name, args in commands]
        done = self.call("shell", text="\n".join(asked) + "\n")
        assert done.returncode == 0, done.stderr
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(asked)
        return answers
