"""What every command shares: which profile, which password, how to answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from nxcrm_desktop.errors import NxcrmError

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App

T = TypeVar("T")
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
    asked_as: str = "Password"
    _lines: Iterator[str] = field(default_factory=lambda: iter(sys.stdin.readline, ""))

    @property
    def folder(self) -> Path:
        """The profile folder: ``--profile``, else ``NXCRM_PROFILE``, else the platform's own place."""
        from nxcrm_desktop.config import profile_folder

        return self.profile or profile_folder()

    @cached_property
    def password(self) -> str:
        """From ``--password-stdin`` (one line), ``NXCRM_PASSWORD``, or a prompt."""
        return self.line("password") if self.password_stdin else _secret("NXCRM_PASSWORD", self.asked_as)

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
        """The unlocked application; closed again at the end. An expired lease is renewed where there is a code."""
        app = self._opened()
        try:
            yield app
        finally:
            app.close()

    def signed_in(self, app: App, call: Callable[[], T]) -> T:
        """What the call answers. Where the server wants a new sign-in and there is a code: sign in, and call again."""
        try:
            return call()
        except NxcrmError as error:
            if error.code != "sign_in_needed":
                raise
            self._require_code(error)
        app.accounts.sign_in(self.password, self.otp)
        return call()

    def _opened(self) -> App:
        from nxcrm_desktop.bootstrap import Profile, sign_in, unlock

        profile = Profile.open(self.folder)
        try:
            return unlock(profile, self.password)
        except NxcrmError as error:
            if error.code != "lease_expired":
                raise
            self._require_code(error)
        return sign_in(profile, self.password, self.otp)

    def _require_code(self, error: NxcrmError) -> None:
        """Raises the error, and how to help it, unless a one-time code was given or can be asked for."""
        if self.one_time_code or os.environ.get("NXCRM_OTP"):
            return
        if not sys.stdin.isatty():
            todo = "Run the command again with --otp CODE, a code from your authenticator."
            raise NxcrmError(error.code, error.happened, safe=error.safe, todo=todo, details=error.details) from error
        typer.echo(f"{error.happened} Sign in again.", err=True)


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
