"""What every command shares: which profile, which password, how to answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nxcrm_desktop.errors import NxcrmError

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App

_GLOBAL_FLAGS = {"--json", "--password-stdin"}
_GLOBAL_OPTIONS = {"--profile", "--otp"}


def hoist(argv: list[str]) -> list[str]:
    """Bring the options that every command takes to the front, so that they may stand anywhere before ``--``."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in _GLOBAL_FLAGS or (word.partition("=")[0] in _GLOBAL_OPTIONS and "=" in word):
            front.append(word)
        elif word in _GLOBAL_OPTIONS:
            front += [word, *(value for value in [next(words, None)] if value is not None)]
        else:
            rest.append(word)
    return front + rest


@dataclass
class Session:
    """The options of one invocation, and the passwords as they are asked for."""

    profile: Path | None = None
    as_json: bool = False
    password_stdin: bool = False
    one_time_code: str | None = None
    _lines: Iterator[str] = field(default_factory=lambda: iter(sys.stdin.readline, ""))

    @property
    def folder(self) -> Path:
        """The profile folder: ``--profile``, else ``NXCRM_PROFILE``, else the platform's own place."""
        from nxcrm_desktop.config import profile_folder

        return self.profile or profile_folder()

    @cached_property
    def password(self) -> str:
        """From ``--password-stdin`` (one line), ``NXCRM_PASSWORD``, or a prompt."""
        return self.line("password") if self.password_stdin else _secret("NXCRM_PASSWORD", "Password")

    def line(self, what: str) -> str:
        """The next line of standard input. Raises NxcrmError ``no_input``."""
        text = next(self._lines, None)
        if text is None:
            raise NxcrmError(
                "no_input", f"Standard input ended before the {what}.", todo="Give it on a line of its own."
            )
        return text.rstrip("\r\n")

    @cached_property
    def otp(self) -> str:
        """From ``--otp``, ``NXCRM_OTP``, or a prompt."""
        return self.one_time_code or _secret("NXCRM_OTP", "One-time code")

    @contextmanager
    def app(self) -> Iterator[App]:
        """The unlocked application; closed again at the end."""
        from nxcrm_desktop.bootstrap import Profile, unlock

        app = unlock(Profile.open(self.folder), self.password)
        try:
            yield app
        finally:
            app.close()


def _secret(variable: str, prompt: str) -> str:
    if (given := os.environ.get(variable)) is not None:
        return given
    if not sys.stdin.isatty():
        raise NxcrmError(
            "password_needed" if variable == "NXCRM_PASSWORD" else "code_needed",
            f"{prompt} is needed and there is no terminal to ask on.",
            safe="Nothing was changed.",
            todo=f"Set {variable}, or use the option that reads it from standard input.",
        )
    return str(typer.prompt(prompt, hide_input=True, err=True))


def session_of(context: typer.Context) -> Session:
    """The session that the root command made."""
    found = context.find_object(Session)
    if found is None:
        raise RuntimeError("a command was called without the root command")
    return found
