"""`nxcrm shell`: one JSON command per line in, one JSON line out; the store is unlocked once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial

from pydantic import ConfigDict, ValidationError, validate_call

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.cli.operations import SHELL
from nxcrm_desktop.cli.output import failure
from nxcrm_desktop.cli.session import Session
from nxcrm_desktop.errors import NxcrmError

_CHECKED = ConfigDict(arbitrary_types_allowed=True)


def serve(session: Session, app: App, lines: Iterable[str]) -> None:
    """Answer every line until the input ends. A failed command answers with an error and the shell goes on."""
    for line in lines:
        if line.strip():
            print(json.dumps(_answer(session, app, line), ensure_ascii=False), flush=True)


def _answer(session: Session, app: App, line: str) -> object:
    try:
        command, arguments = _command(line)
        return session.signed_in(app, lambda: _call(app, command, arguments))
    except NxcrmError as error:
        return failure(error)


def _command(line: str) -> tuple[str, dict[str, object]]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise _unclear("The line is not JSON.") from None
    if not isinstance(request, dict) or not isinstance(request.get("cmd"), str):
        raise _unclear("The line is not an object with a “cmd”.")
    arguments = request.get("args", {})
    if not isinstance(arguments, dict):
        raise _unclear("“args” is not an object.")
    return request["cmd"], arguments


def _call(app: App, command: str, arguments: dict[str, object]) -> object:
    if command not in SHELL:
        raise _unclear(f"There is no command “{command}”.")
    try:
        return validate_call(config=_CHECKED)(partial(SHELL[command], app))(**arguments)
    except ValidationError as wrong:
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors())
        raise _unclear(f"The arguments of {command} are not right: {where}.") from None


def _unclear(what: str) -> NxcrmError:
    return NxcrmError(
        "bad_command",
        what,
        safe="Nothing was changed.",
        todo=f'Write {{"cmd": NAME, "args": {{…}}}}; names are: {", ".join(SHELL)}.',
    )
