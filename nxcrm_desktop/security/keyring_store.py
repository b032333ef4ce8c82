"""The operating system's keyring, by pinned backend class.

``keyring`` by itself takes whatever backend configuration, environment or an installed plug-in offers: plaintext files
and a "null" backend among them. Here only the four classes below are ever used, whatever the environment says; what is
written is read back, and a keyring that does not answer in time (a prompt nobody sees) is an error, not a hang.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from threading import Thread
from typing import Any, TypeVar

from keyring.errors import KeyringLocked

from nxcrm_desktop.errors import NxcrmError

_LINUX = (("keyring.backends.SecretService", "Keyring"), ("keyring.backends.kwallet", "DBusKeyring"))
_ALLOWED: dict[str, tuple[tuple[str, str], ...]] = {
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
}
_LOCKED = ("LockedException", "PromptDismissedException")
"""Errors of the Secret Service that mean "ask the user again"; known by name since only Linux has their module."""

_COPIES = 4
_PROBE = "nxcrm/probe"
_PROBE_BYTES = 32

TIMEOUT_SECONDS = 30.0
"""Time to answer the keyring's own password prompt."""

_Answer = TypeVar("_Answer")


class SystemKeyring:
    """Keeps small secrets in the keyring of whoever is logged in to the computer.

    Every method raises NxcrmError: ``keyring_missing`` (no allowed backend runs here), ``keyring_locked`` (retry),
    ``keyring_timeout`` (retry) or ``keyring_failed``.
    """

    def __init__(self, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout_seconds

    @property
    def backend(self) -> str:
        """The class in use, e.g. ``keyring.backends.SecretService.Keyring``."""
        return self._ask(lambda: _pinned_name(_choose()))

    def probe(self) -> None:
        """Makes sure, by a random secret that goes again, that this keyring keeps what it is given."""
        name = os.urandom(8).hex()
        self.put(_PROBE, name, os.urandom(_PROBE_BYTES))
        self.delete(_PROBE, name)

    def get(self, service: str, name: str) -> bytes | None:
        """The secret, or None when the keyring works and has none."""
        text: str | None = self._ask(lambda: _choose()().get_password(service, name))
        return None if text is None else _decode(text)

    def put(self, service: str, name: str, secret: bytes) -> None:
        """Stores a secret over any older one and makes sure that it can be read back."""
        self._ask(lambda: _replace(_choose()(), service, name, secret.hex()))
        if self.get(service, name) != secret:
            raise _failed()

    def delete(self, service: str, name: str) -> None:
        """Removes a secret if there is one."""
        self._ask(lambda: _remove(_choose()(), service, name))

    def _ask(self, question: Callable[[], _Answer]) -> _Answer:
        """Runs ``question`` in a thread that may be left behind: no keyring can hang the program."""
        future: Future[_Answer] = Future()
        Thread(target=_answer, args=(question, future), name="keyring", daemon=True).start()
        try:
            return future.result(self._timeout)
        except NxcrmError:
            raise
        except TimeoutError as problem:
            raise _locked("keyring_timeout", "did not answer") from problem
        except Exception as problem:
            if isinstance(problem, KeyringLocked) or type(problem).__name__ in _LOCKED:
                raise _locked("keyring_locked", "is locked") from problem
            raise _failed() from problem


def _answer(question: Callable[[], _Answer], future: Future[_Answer]) -> None:
    try:
        future.set_result(question())
    except Exception as problem:  # noqa: BLE001 (raised again where the answer is awaited)
        future.set_exception(problem)


def _choose() -> type[Any]:
    """The first allowed backend class that works here, deaf to KEYRING_PROPERTY_* and KEYCHAIN_PATH."""
    for module, name in _ALLOWED.get(sys.platform, _LINUX):
        found = getattr(importlib.import_module(module), name)
        if found.viable:
            return _deaf(found)
    raise NxcrmError(
        "keyring_missing",
        "This computer offers no keyring that nxcrm trusts (Secret Service, KWallet, Keychain or Credential Locker).",
        safe="No secret was written anywhere.",
        todo="Start your desktop's keyring, or ask your administrator to allow password-only devices.",
    )


@cache
def _deaf(backend: type[Any]) -> type[Any]:
    """The class without the ways in which the environment can redirect it."""
    ways = {"set_properties_from_env": lambda _self: None, "keychain": None, "__module__": backend.__module__}
    return type(backend.__name__, (backend,), ways)


def _pinned_name(backend: type[Any]) -> str:
    return f"{backend.__module__}.{backend.__name__}"


def _replace(backend: Any, service: str, name: str, text: str) -> None:
    # Windows keeps an overwritten secret under a second name: remove it first.
    _remove(backend, service, name)
    backend.set_password(service, name, text)


def _remove(backend: Any, service: str, name: str) -> None:
    for _ in range(_COPIES):
        if backend.get_password(service, name) is None:
            return
        backend.delete_password(service, name)


def _decode(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as problem:
        raise _failed() from problem


def _locked(code: str, how: str) -> NxcrmError:
    return NxcrmError(
        code,
        f"This computer's keyring {how}.",
        safe="Your data is unharmed and stays encrypted.",
        todo="Unlock the keyring (usually by your login password) and try again.",
    )


def _failed() -> NxcrmError:
    return NxcrmError(
        "keyring_failed",
        "This computer's keyring does not give back what was stored in it.",
        safe="Nothing of nxcrm's was changed.",
        todo="Repair the keyring and try again.",
    )
