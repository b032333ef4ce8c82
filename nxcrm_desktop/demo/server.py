"""The demo's central server: a real one, in processes of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from nxcrm_desktop.demo.people import ADMIN, Person
from nxcrm_desktop.errors import NxcrmError

_COMMAND = (sys.executable, "-m", "sync.server")
_STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a new member of staff gets from the administrator."""

    user: str
    temporary_password: str
    totp_uri: str


class DemoServer:
    """`nxcrm-server` over a data folder: initialised once, started and stopped at will, always on the same port."""

    def __init__(self, folder: Path, port: int) -> None:
        self.data = folder / "server"
        self.ca_file = self.data / "tls" / "ca.pem"
        self.port = port  # 0: any free one, at the first start
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str] | None = None

    @property
    def url(self) -> str:
        """Where the server listens (after its first start)."""
        return f"https://127.0.0.1:{self.port}"

    def init(self) -> None:
        """Make the organisation. It allows laptops without a system keyring, so that the demo starts anywhere."""
        self._call("init", "--data", str(self.data), "--admin", ADMIN, "--organisation", "Sahyadri Motors",
                   "--allow-password-only", "--json")  # fmt: skip

    def add(self, person: Person) -> Invitation:
        """Make an account."""
        manager = ("--manager", person.manager) if person.manager else ()
        made = self._call("user", "add", person.user, "--data", str(self.data), "--full-name", person.full_name,
                          "--role", person.role.value, *manager, "--json")  # fmt: skip
        return Invitation(person.user, str(made["temporary_password"]), str(made["totp_uri"]))

    def start(self) -> None:
        """Start and wait until it says that it is ready. Raises NxcrmError ``demo_server_failed``."""
        self._log = (self.data / "demo-server.log").open("a", encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603 (our own program, fixed arguments)
            [*_COMMAND, "run", "--data", str(self.data), "--port", str(self.port), "--dev-tls", "--json"],
            stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise _failed(f"see {self._log.name}")
        self.port = int(str(json.loads(line)["url"]).rsplit(":", 1)[1])

    def stop(self) -> None:
        """Stop it as an administrator would; twice does no harm."""
        if self._process:
            self._process.terminate()
            self._process.wait(_STOP_SECONDS)
            self._process = None
        if self._log:
            self._log.close()
            self._log = None

    def _call(self, *words: str) -> dict[str, Any]:
        done = subprocess.run([*_COMMAND, *words], capture_output=True, text=True, check=False)  # noqa: S603 (as above)
        if done.returncode:
            raise _failed(done.stderr.strip())
        return dict(json.loads(done.stdout))


def _failed(why: str) -> NxcrmError:
    return NxcrmError(
        "demo_server_failed",
        f"The demo's server did not do as it was told: {why}",
        safe="Nothing outside the demo's folder was touched.",
        todo="Delete the folder and try again.",
    )
