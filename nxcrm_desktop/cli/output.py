"""How the command line answers: JSON for machines, :mod:`readable` words for people, sentences for failures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import typer

from nxcrm_desktop.domain import values
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import Record
from nxcrm_desktop.errors import NxcrmError

Answer = Mapping[str, object] | list[Mapping[str, object]]
Teller = Callable[[Any], str]
"""What an answer is to a person; each takes the answers of its own operation."""
Progress = Callable[[int, int], None]


def plain(record: Record) -> dict[str, object]:
    """A record as JSON: instants as ISO 8601 in UTC, tags as lists, yes/no as booleans, money as integer paise."""
    fields = ENTITIES[record.entity].fields
    return {name: values.machine(fields[name], record[name]) for name in record}


def show(answer: Answer, *, as_json: bool, tell: Teller) -> None:
    """Print an answer: under ``--json`` one object, or one object per line; else as ``tell`` words it."""
    if not as_json:
        print(tell(answer))
        return
    for row in answer if isinstance(answer, list) else [answer]:
        print(json.dumps(row, ensure_ascii=False))


def fail(error: NxcrmError, *, as_json: bool) -> None:
    """Say what went wrong on standard error."""
    if as_json:
        print(json.dumps(failure(error), ensure_ascii=False), file=sys.stderr)
    else:
        for sentence in filter(None, (error.happened, error.safe, error.todo)):
            print(sentence, file=sys.stderr)


def failure(error: NxcrmError) -> dict[str, object]:
    """An error as JSON: ``{"error": {"code", "message"}}``, with ``details`` where there are any."""
    body: dict[str, object] = {"code": error.code, "message": error.message}
    return {"error": body | ({"details": error.details} if error.details else {})}


class ProgressBar:
    """A bar on a terminal, nothing in a pipe. Called with (done, of)."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._shown = sys.stderr.isatty()

    def __call__(self, done: int, of: int) -> None:
        if self._shown and of > 0:
            filled = 30 * min(done, of) // of
            typer.echo(f"\r{self._label} [{'#' * filled}{'.' * (30 - filled)}] {done}/{of}", nl=False, err=True)

    def close(self) -> None:
        """Leave the line of the bar."""
        if self._shown:
            typer.echo(err=True)


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` options as a mapping. Raises a usage error for one without ``=``."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{option} takes NAME=VALUE, not “{text}”.")
        found[name.strip()] = value
    return found
