"""How the server's commands speak: text for people, JSON for programs, failures as a sentence and exit code 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
import typer
from sqlalchemy.exc import DBAPIError, OperationalError

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import translated
from sync.server.problems import unavailable

Fields = Mapping[str, object]


def say(fields: Fields, *, as_json: bool, text: str) -> None:
    """One result: an object under ``--json``, else the text."""
    typer.echo(_json(fields) if as_json else text)


def table(rows: Sequence[Fields], *, as_json: bool) -> None:
    """A list: one object per line under ``--json``, else columns."""
    if as_json:
        for row in rows:
            typer.echo(_json(row))
        return
    if not rows:
        return
    cells = [[str(name) for name in rows[0]], *([_plain(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


@contextmanager
def failures(*, as_json: bool) -> Iterator[None]:
    """Ends the program with exit code 1 and the failure on standard error when one happens inside."""
    try:
        yield
    except NxcrmError as error:
        _fail(error, as_json=as_json)
    except OperationalError:
        _fail(unavailable(), as_json=as_json)
    except DBAPIError as error:
        _fail(_database_refused(error), as_json=as_json)
    except OSError as error:
        _fail(_from_os(error), as_json=as_json)


def _fail(error: NxcrmError, *, as_json: bool) -> None:
    shown = {"error": {"code": error.code, "message": error.message}}
    typer.echo(_json(shown) if as_json else error.message, err=True)
    raise typer.Exit(1) from error


def _database_refused(error: DBAPIError) -> NxcrmError:
    return NxcrmError(
        "database_refused",
        f"The database refused the work ({type(error.orig).__name__}).",
        safe="Nothing was changed.",
        todo="Run: nxcrm-server doctor",
    )


def _from_os(error: OSError) -> NxcrmError:
    known = translated(error)
    if isinstance(known, NxcrmError):
        return known
    return NxcrmError(
        "file_problem", f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.",
        safe="Nothing was changed.", todo="Check the path and its permissions.",
    )  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
    return str(value)
