"""What a reader gives: rows as text with the line they begin on, and the ways in which a whole file is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nxcrm_desktop.errors import NxcrmError

MAX_BYTES = 200 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_CELL = 100_000
_NOTHING_IMPORTED = "Nothing was imported."


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file. ``line`` is where it begins (1 is the first line); ``problem`` says why it is unfit."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read once to its end and found sound. ``rows()`` reads it again, never holding more than a row.

    ``notes`` are sentences for the user about how the file was read (a guessed encoding, sheets left out).
    """

    path: Path
    kind: str  # csv, workbook, vcard
    columns: tuple[str, ...]
    row_count: int
    rows: Callable[[], Iterator[Row]]
    encoding: str = ""
    delimiter: str = ""
    notes: tuple[str, ...] = ()


def refused(code: str, happened: str, todo: str, *, line: int = 0) -> NxcrmError:
    """The error for a file that cannot be imported at all."""
    details: dict[str, str | int] = {"line": line} if line else {}
    return NxcrmError(code, happened, safe=_NOTHING_IMPORTED, todo=todo, details=details)


def too_many_rows(path: Path) -> NxcrmError:
    """The error for a file of more than ``MAX_ROWS`` rows."""
    return refused("too_large", f"{path.name} has more than {MAX_ROWS:,} rows.", "Split it into smaller files.")


def header_only(path: Path) -> NxcrmError:
    """The error for a file with column names and no rows."""
    return refused(
        "file_empty", f"{path.name} has column names but no rows below them.", "Export it again with its rows."
    )


def name_columns(header: Sequence[str]) -> tuple[str, ...]:
    """Distinct names for the columns: a blank header becomes ``Column 3``, a repeated one ``E-mail (2)``."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = " ".join(cell.split()) or f"Column {position}"
        seen[name.casefold()] += 1
        count = seen[name.casefold()]
        names.append(name if count == 1 else f"{name} ({count})")
    return tuple(names)


def fit(line: int, cells: Sequence[str], width: int) -> Row:
    """The cells as a row of ``width`` columns. A row of another width is not trusted: its cells may have shifted."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) != width:
        said = f"The row has {len(cells)} cells where the first line names {width} columns."
        return Row(line, tuple(cells), said)
    if any("\0" in cell for cell in cells):
        return Row(line, tuple(cells), "The row contains NUL characters, which are not text.")
    return Row(line, tuple(cells))
