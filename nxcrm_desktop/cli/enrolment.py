"""`nxcrm enroll`: the passwords it needs and what it answers."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import typer

from nxcrm_desktop.bootstrap import EnrolRequest, enrol
from nxcrm_desktop.cli.output import Answer
from nxcrm_desktop.cli.session import Session
from nxcrm_desktop.errors import NxcrmError


def enrol_device(
    session: Session, server: str, user: str, ca: Path | None, new_password_stdin: bool, device_name: str | None
) -> Answer:
    """Enrol, synchronise once, and close. The new password is asked for only where the server wants one."""
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
    chosen = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    return _enrol(request.with_new_password(str(chosen)))


def _enrol(request: EnrolRequest) -> Answer:
    enrolled = enrol(request)
    try:
        enrolled.app.sync.run()
        return {
            "user": request.user,
            "role": enrolled.app.actor.role.value,
            "device_id": enrolled.app.profile.device_id,
            "profile": str(request.folder),
            "key_protection": enrolled.app.profile.key_protection,
            "recovery_codes": list(enrolled.recovery_codes),
        }
    finally:
        enrolled.app.close()
