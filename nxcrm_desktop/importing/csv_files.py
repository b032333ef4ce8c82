"""CSV (RFC 4180) and its relatives: other delimiters, quoted line feeds, any of the encodings of ``encoding``."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.importing import encoding
from nxcrm_desktop.importing.source import (
    MAX_CELL,
    MAX_ROWS,
    Row,
    Source,
    fit,
    header_only,
    name_columns,
    refused,
    too_many_rows,
)

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_CHARS = 65_536
_SAMPLE_ROWS = 50
_SEP_LINE = re.compile(r"^sep=(.)\s*$")  # how some spreadsheets announce the delimiter
# The inverse of the guard that exports put before a cell a spreadsheet would take for a formula.
_GUARD = re.compile(r"^'(?='*[=+\-@\t\r])")


def open_csv(path: Path) -> Source:
    """Read the file to its end once. Raises NxcrmError for anything that makes the whole of it unfit."""
    codec, notes = encoding.detect(path)
    delimiter = _delimiter(path, codec)
    records = _records(path, codec, delimiter)
    first = next(records, None)
    if first is None:
        raise refused("file_empty", f"{path.name} is empty.", "Choose a file with a line of column names and rows.")
    header = first[1]
    if len(header) < 2:
        raise refused(
            "one_column",
            f"{path.name} has a single column; no comma, semicolon, tab or bar parts its cells.",
            "Export it again as CSV with at least two columns.",
        )
    count = _count(path, records)

    def rows() -> Iterator[Row]:
        body = _records(path, codec, delimiter)
        next(body, None)
        for line, cells in body:
            yield fit(line, [_GUARD.sub("", cell) for cell in cells], len(header))

    return Source(path, "csv", name_columns(header), count, rows, codec, delimiter, notes)


def _count(path: Path, records: Iterator[tuple[int, list[str]]]) -> int:
    count = 0
    for count, _ in enumerate(records, start=1):
        if count > MAX_ROWS:
            raise too_many_rows(path)
    if not count:
        raise header_only(path)
    return count


def _records(path: Path, codec: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which it begins, cells) of every record that is not blank."""
    with path.open(encoding=codec, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        begins = 1
        try:
            for cells in reader:
                line, begins = begins, reader.line_num + 1
                if line == 1 and cells and _SEP_LINE.match(delimiter.join(cells)):
                    continue
                if not any(cell.strip() for cell in cells):
                    continue
                _limit(path, line, cells)
                yield line, cells
        except csv.Error as error:
            raise _malformed(path, begins, error) from None


def _limit(path: Path, line: int, cells: list[str]) -> None:
    if max(map(len, cells)) > MAX_CELL:
        raise refused(
            "too_large", f"{path.name} has a cell of over {MAX_CELL:,} characters on line {line}.",
            "Shorten it, or look for a quotation mark that is opened there and never closed.", line=line,
        )  # fmt: skip


def _malformed(path: Path, line: int, error: csv.Error) -> NxcrmError:
    if "field limit" in str(error):
        happened = f"{path.name} has a cell of over {MAX_CELL:,} characters in the record that begins on line {line}."
        return refused("too_large", happened, "Look for a quotation mark that is never closed.", line=line)
    happened = f"{path.name} has quotation marks that do not match in the record that begins on line {line}."
    return refused("file_malformed", happened, "Correct that record and import the file again.", line=line)


def _delimiter(path: Path, codec: str) -> str:
    """The delimiter that gives the most rows the header's number of columns (two or more); a comma when none does."""
    with path.open(encoding=codec, newline="") as file:
        sample = file.read(_SAMPLE_CHARS)
    if announced := _SEP_LINE.match(sample.split("\n", 1)[0]):
        return announced.group(1)
    scores = {mark: _score(sample, mark) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: scores[mark])
    return best if scores[best] > (0.0, 0) else ","


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    widths: list[int] = []
    reader = csv.reader(sample.splitlines(keepends=True), delimiter=delimiter)
    try:
        for cells in reader:
            if cells:
                widths.append(len(cells))
            if len(widths) > _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    agreeing = Counter(widths)[widths[0]] / len(widths)
    return agreeing, widths[0]
