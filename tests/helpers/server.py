"""A real server for tests: ``nxcrm-server run`` as a process, over TLS, on a free port; it can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyotp import TOTP, parse_uri
from requests.adapters import HTTPAdapter

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.security import totp
from sync.protocol.auth import refresh_text, sign_in_text
from sync.server import config as configuration
from sync.server.app import make_context
from sync.server.config import OrgPolicy
from sync.server.context import ServerContext
from sync.server.services.organisation import Founded, Plan, found
from sync.server.services.staff import NewUser, Staff
from sync.server.store.accounts import change_credential
from sync.server.store.engine import write_transaction

PASSWORD = "violet harbour 42 tram lattice"
"""A password of their own that accounts made by tests may take."""


@dataclass
class Account:
    """A member of staff as the administrator hands them out. ``last_step``: newest one-time step a code was made of."""

    username: str
    user_id: str
    temporary_password: str
    totp_uri: str
    last_step: int = 0


@dataclass
class ServerHandle:
    """A server and the process it runs in. ``url`` stays the same when it is stopped and started again."""

    data_dir: Path
    context: ServerContext
    founded: Founded
    workers: int = 1
    tls: tuple[str, ...] = ("--dev-tls",)
    url: str = ""
    ca_file: Path = Path()
    accounts: dict[str, Account] = field(default_factory=dict)
    devices: list[Device] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    _port: int = 0

    def start(self) -> None:
        """Starts the process and returns when it answers. On the same port as before, if there was one."""
        command = [
            sys.executable, "-m", "sync.server", "run", "--data", str(self.data_dir), "--port", str(self._port),
            "--workers", str(self.workers), "--json", *self.tls,
        ]  # fmt: skip
        with self.log_file.open("a") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise AssertionError(f"the server did not start:\n{self.log_file.read_text()}")
        ready = json.loads(line)
        self.url, self._port = ready["url"], int(ready["url"].rpartition(":")[2])
        self.ca_file = Path(ready["ca"]) if ready["ca"] else Path()

    def stop(self) -> None:
        """SIGTERM, as an administrator stops it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            code = self._gone()
            assert code == 0, f"the server ended with {code}:\n{self.log_file.read_text()[-2000:]}"

    def kill(self) -> None:
        """SIGKILL to all its processes, as a power cut ends it."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self._gone()

    def add_user(
        self, username: str, role: Role | str = Role.SALES, *, full_name: str = "", manager: str | None = None
    ) -> tuple[str, str]:
        """Adds a member of staff; returns temporary password and TOTP address."""
        handout = Staff(self.context).add(NewUser(username, full_name or username.title(), Role(role), manager))
        self._remember(username, handout.user_id, handout.temporary_password, handout.totp_uri)
        return handout.temporary_password, handout.totp_uri

    def otp(self, username: str) -> str:
        """A code the server has not taken. Beyond the two it takes within a step it is made to forget."""
        account, present = self.accounts[username], totp.step_at(time.time())
        step = max(account.last_step + 1, present)
        if step > present + totp.DRIFT_STEPS:
            step = present
            self.forget_codes(username)
        account.last_step = step
        authenticator = parse_uri(account.totp_uri)
        assert isinstance(authenticator, TOTP)
        return authenticator.at(step * totp.STEP_SECONDS)

    def forget_codes(self, username: str) -> None:
        """Lets used one-time codes be used again, in the database: no option of the server does that."""
        with write_transaction(self.context.engine) as connection:
            change_credential(connection, self.accounts[username].user_id, {"totp_step": 0})

    def device(self, username: str, name: str = "Test laptop") -> Device:
        """A new device of a user, not yet enrolled."""
        made = Device(self, self.accounts[username], name)
        self.devices.append(made)
        return made

    @staticmethod
    def at_once(calls: Sequence[Callable[[], requests.Response]]) -> list[requests.Response]:
        """The replies to calls that all start at the same moment."""
        together = Barrier(len(calls))

        def call(one: Callable[[], requests.Response]) -> requests.Response:
            together.wait()
            return one()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(call, calls))

    @property
    def log_file(self) -> Path:
        """What the process wrote to standard error."""
        return self.data_dir.with_name(f"{self.data_dir.name}.log")

    def _remember(self, username: str, user_id: str, password: str, uri: str) -> None:
        self.accounts[username] = Account(username, user_id, password, uri)

    def _gone(self) -> int:
        assert self.process is not None
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code


class Device:
    """A device as the server sees one: a key, and whatever it was given last."""

    def __init__(self, server: ServerHandle, account: Account, name: str) -> None:
        self.server, self.account, self.name = server, account, name
        self.key = Ed25519PrivateKey.generate()
        self.id = self.access_token = self.refresh_token = ""
        self.http = requests.Session()
        self.http.trust_env = False  # the machine's own list of authorities would be taken instead
        self.http.mount("https://", HTTPAdapter(pool_maxsize=16))
        self.http.verify = str(server.ca_file)

    @property
    def public_key(self) -> str:
        """The public key, hex."""
        return self.key.public_key().public_bytes_raw().hex()

    def enrol(self, **changes: Any) -> requests.Response:
        """Enrols with the temporary password, then with :data:`PASSWORD`; ``changes`` replace fields of the message."""
        device = {"name": self.name, "os": "Debian 12", "public_key": self.public_key, "key_protection": "keyring"}
        message: dict[str, Any] = {
            "user": self.account.username, "password": self.account.temporary_password,
            "new_password": PASSWORD, "otp": changes.pop("otp", None) or self.server.otp(self.account.username),
            "device": {**device, **changes.pop("device", {})}, **changes,
        }  # fmt: skip
        if self.account.temporary_password == PASSWORD:
            message.pop("new_password")
        reply = self._keep(self.post("/v1/auth/enrol", message))
        if reply.ok and message.get("new_password"):
            self.account.temporary_password = message["new_password"]
        return reply

    def sign_in(self, **changes: Any) -> requests.Response:
        """Signs in again; ``changes`` replace fields of the message."""
        otp = changes.pop("otp", None) or self.server.otp(self.account.username)
        message = {
            "user": self.account.username, "password": self.account.temporary_password, "otp": otp,
            "device_id": self.id, "signature": self.key.sign(sign_in_text(self.id, otp)).hex(), **changes,
        }  # fmt: skip
        return self._keep(self.post("/v1/auth/sign-in", message))

    def refresh(self, token: str = "") -> requests.Response:
        """Exchanges a refresh token (the present one) for a new pair."""
        return self._keep(self.post("/v1/auth/refresh", self.proof(token or self.refresh_token)))

    def sign_out(self) -> requests.Response:
        """Ends the session."""
        return self.post("/v1/auth/sign-out", self.proof(self.refresh_token))

    def proof(self, token: str) -> dict[str, str]:
        """A refresh token with the device's signature."""
        signature = self.key.sign(refresh_text(self.id, token)).hex()
        return {"refresh_token": token, "device_id": self.id, "signature": signature}

    def post(self, path: str, message: object, **headers: str) -> requests.Response:
        """Posts a JSON message with the device's access token, if it has one."""
        if self.access_token:
            headers.setdefault("Authorization", f"Bearer {self.access_token}")
        return self.http.post(self.server.url + path, json=message, headers=headers, timeout=30)

    def _keep(self, reply: requests.Response) -> requests.Response:
        if reply.ok:
            told = reply.json()
            self.id = told.get("device_id", self.id)
            self.access_token, self.refresh_token = told["access_token"], told["refresh_token"]
        return reply


@contextmanager
def running_server(
    tmp_path: Path,
    database: str | None = None,
    workers: int = 1,
    *,
    tls: tuple[str, ...] = ("--dev-tls",),
    policy: OrgPolicy | None = None,
    start: bool = True,
) -> Iterator[ServerHandle]:
    """A new organisation (administrator ``root``) and its server under ``tmp_path``; SQLite without ``database``."""
    data_dir = tmp_path / "server"
    founded = found(Plan(data_dir, "root", "Sundar Motors", database or "", policy or OrgPolicy()))
    context = make_context(configuration.load(data_dir))
    server = ServerHandle(data_dir, context, founded, workers, tls)
    root = next(user for user in Staff(context).everyone())
    server._remember("root", root["id"], founded.temporary_password, founded.totp_uri)
    try:
        if start:
            server.start()
        yield server
    finally:
        server.kill()
        for device in server.devices:
            device.http.close()
        context.engine.dispose()
