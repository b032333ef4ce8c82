"""A real Secret Service for tests: gnome-keyring on a private D-Bus, with no screen, as any user."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import secretstorage
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

_PATIENCE = 20.0
"""Seconds a daemon may take to answer on a loaded machine."""

_LOGIN = b"password of the login keyring"


@contextmanager
def _process(*command: str, environment: Mapping[str, str], stdin: bytes = b"") -> Iterator[subprocess.Popen[bytes]]:
    if shutil.which(command[0]) is None:
        raise FileNotFoundError(f"{command[0]} is not installed; `make setup-dev` installs it")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdin is not None
            process.stdin.write(stdin)
            process.stdin.close()
            yield process
        finally:
            process.kill()


def _wait_for_secrets(address: str) -> None:
    """Returns when org.freedesktop.secrets has an owner on the bus; TimeoutError when it has none in time."""
    end = time.monotonic() + _PATIENCE
    with open_dbus_connection(address) as connection:
        bus = Proxy(message_bus, connection)
        while time.monotonic() < end:
            if bus.NameHasOwner("org.freedesktop.secrets") == (1,):
                return
    raise TimeoutError("gnome-keyring-daemon did not take org.freedesktop.secrets")


def _environment(home: Path, address: str) -> dict[str, str]:
    for folder in ("run", "share", "config", "cache"):
        (home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "DBUS_SESSION_BUS_ADDRESS": address,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }


@contextmanager
def secret_service(home: Path) -> Iterator[dict[str, str]]:
    """The environment variables that lead a program to an unlocked Secret Service whose files lie in `home`.

    `home` must be short: a Unix socket's path may have 107 characters. Both daemons die with the context. The same
    `home` opens the same keyring again, as after a reboot.
    """
    address = f"unix:path={home / 'bus'}"
    environment = {**os.environ, **_environment(home, address)}
    (home / "bus").unlink(missing_ok=True)
    with ExitStack() as stack:
        bus = ("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", f"--address={address}")
        daemon = stack.enter_context(_process(*bus, environment=environment))
        assert daemon.stdout is not None
        assert daemon.stdout.readline().startswith(b"unix:"), "dbus-daemon did not start"
        ring = ("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
        stack.enter_context(_process(*ring, environment=environment, stdin=_LOGIN))
        _wait_for_secrets(address)
        yield _environment(home, address)


def lock(environment: Mapping[str, str]) -> None:
    """Locks every collection of the Secret Service of `environment`, as a screen locker would."""
    with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        for collection in secretstorage.get_all_collections(connection):
            collection.lock()
