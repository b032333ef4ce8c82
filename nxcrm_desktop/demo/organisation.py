"""Setting the demo organisation up: the server, its staff, their laptops. A second run finds it and goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyotp

from nxcrm_desktop.bootstrap import App, EnrolRequest, Profile, enrol, unlock
from nxcrm_desktop.demo.people import PASSPHRASE, STAFF, Person
from nxcrm_desktop.demo.server import DemoServer, Invitation
from nxcrm_desktop.errors import NxcrmError

_STATE = "demo.json"
_VERSION = 1
Say = Callable[[str], None]


@dataclass
class Organisation:
    """A demo organisation in a folder: its server and the laptops that are open."""

    folder: Path
    say: Say
    server: DemoServer = field(init=False)
    is_new: bool = field(init=False)
    _open: dict[str, App] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.is_new = not (self.folder / _STATE).exists()
        self.server = DemoServer(self.folder, 0 if self.is_new else _saved_port(self.folder / _STATE))

    def set_up(self) -> None:
        """Start the server; the first time also make the organisation and enrol its laptops."""
        if not self.is_new:
            self.server.start()
            self.say(f"The server of {self.folder} runs again at {self.server.url}.")
            return
        _require_empty(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.server.init()
        invitations = {person.user: self.server.add(person) for person in STAFF}
        self.server.start()
        self.say(f"A server runs at {self.server.url} with {len(STAFF)} members of staff.")
        for person in STAFF:
            if person.laptop:
                self._enrol(person, invitations[person.user])
        state = {"version": _VERSION, "port": self.server.port}
        (self.folder / _STATE).write_text(json.dumps(state), encoding="utf-8")

    def profile_of(self, person: Person) -> Path:
        """The profile folder of somebody's laptop."""
        return self.folder / "laptops" / person.user

    def laptop(self, person: Person) -> App:
        """Somebody's laptop, unlocked (kept open until the demo ends)."""
        if person.user not in self._open:
            self._open[person.user] = unlock(Profile.open(self.profile_of(person)), PASSPHRASE)
        return self._open[person.user]

    def close_laptop(self, person: Person) -> None:
        """Close one laptop."""
        self._open.pop(person.user).close()

    def close_laptops(self) -> None:
        """Close all laptops."""
        for app in self._open.values():
            app.close()
        self._open.clear()

    def close(self) -> None:
        """Close all laptops and stop the server."""
        self.close_laptops()
        self.server.stop()

    def _enrol(self, person: Person, invitation: Invitation) -> None:
        code = pyotp.parse_uri(invitation.totp_uri)
        if not isinstance(code, pyotp.TOTP):
            raise TypeError("the server's authenticator address is not for time-based codes")
        request = EnrolRequest(
            folder=self.profile_of(person), server=self.server.url, user=person.user,
            password=invitation.temporary_password, otp=code.now(), new_password=PASSPHRASE,
            ca_file=self.server.ca_file, device_name=f"{person.full_name.split()[0]}'s laptop",
        )  # fmt: skip
        self._open[person.user] = enrol(request).app
        self.say(f"{person.full_name} ({person.role.value}) has enrolled a laptop.")


@contextmanager
def organisation(folder: Path, say: Say) -> Iterator[Organisation]:
    """The organisation of a folder, running; everything is closed at the end, also after a failure."""
    made = Organisation(folder.resolve(), say)
    try:
        made.set_up()
        yield made
    finally:
        made.close()


def _saved_port(path: Path) -> int:
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _unusable(path.parent) from None


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _unusable(folder)


def _unusable(folder: Path) -> NxcrmError:
    return NxcrmError(
        "demo_folder_in_use",
        f"{folder} is not empty and holds no whole demo organisation.",
        safe="Nothing in it was touched.",
        todo="Choose another folder, or delete this one.",
    )
