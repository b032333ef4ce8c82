"""`nxcrm enroll`: the passwords it needs and what it answers."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from nxcrm_desktop.bootstrap import App, EnrolRequest, Profile, enrol, renew
from nxcrm_desktop.cli.output import Answer
from nxcrm_desktop.cli.session import Session
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import password_policy
from nxcrm_desktop.security.envelope import Protection
from nxcrm_desktop.services.enrolment import available_protection


def enrol_device(
    session: Session, server: str, user: str, ca: Path | None, new_password_stdin: bool, device_name: str | None
) -> Answer:
    """Enrol, synchronise once, and close. The new password is asked for only where the server wants one."""
    session.asked_as = "Temporary password (or your own, if you chose one already)"
    request = EnrolRequest(
        folder=session.folder,
        server=server,
        user=user,
        password=session.password,
        otp=session.otp,
        new_password=session.line("new password") if new_password_stdin else None,
        ca_file=ca,
        device_name=device_name or platform.node(),
    )
    try:
        return _enrol(request)
    except NxcrmError as error:
        if error.code != "password_change_required" or not sys.stdin.isatty():
            raise
    return _enrol(request.with_new_password(_new_password(user)))


def renew_device(session: Session) -> Answer:
    """Give the profile a fresh identity, synchronise, and close."""
    app = renew(Profile.open(session.folder), session.password, session.otp)
    return _synced(app, [])


def required(option: str, value: str) -> str:
    """The value of an option that may only be left out with --renew. NxcrmError ``option_missing``."""
    if not value:
        raise NxcrmError("option_missing", f"{option} is missing.", safe="Nothing was changed.", todo="Give it.")
    return value


def _new_password(user: str) -> str:
    """Asked for until it keeps the rules, which are told first: a refusal by the server would cost the code."""
    keyring = available_protection() is Protection.KEYRING
    length = password_policy.MIN_LENGTH if keyring else password_policy.MIN_LENGTH_PASSWORD_ONLY
    typer.echo(
        f"Choose a password of your own: at least {length} characters, without your name or the company's, and not "
        "made of common words or patterns alone. Four or more unrelated words, in any language, are easy to remember.",
        err=True,
    )
    while True:
        chosen = str(typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True))
        verdict = password_policy.judge(chosen, min_length=length, personal=[user])
        if verdict.accepted:
            return chosen
        typer.echo(f"This password is not strong enough: {'; '.join(verdict.problems)}.", err=True)


def _enrol(request: EnrolRequest) -> Answer:
    enrolled = enrol(request)
    return _synced(enrolled.app, enrolled.recovery_codes)


def _synced(app: App, recovery_codes: Sequence[str]) -> Answer:
    try:
        app.sync.run()
        return {
            "user": app.identity.user_name,
            "role": app.actor.role.value,
            "device_id": app.identity.device_id,
            "profile": str(app.profile.folder),
            "key_protection": app.profile.key_protection,
            "recovery_codes": list(recovery_codes),
        }
    finally:
        app.close()
