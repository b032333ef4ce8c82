"""Spreadsheets: the first sheet that has rows, its first row the column names. Formulas give their last value."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from nxcrm_desktop.importing.source import (
    MAX_BYTES,
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

MAX_CELLS = 20_000_000
"""Of the block that the sheet's first and last cells span: the reader makes room for all of it, 32 bytes each."""
_CELL = re.compile(rb"""<(?:[\w.-]+:)?c\s[^<]*?\br\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_CHUNK = 1 << 20

Cell = int | float | str | bool | time | date | datetime | timedelta


def open_workbook(path: Path) -> Source:
    """Read the workbook. Raises NxcrmError file_binary, file_protected, file_empty, one_column, too_large."""
    _refuse_bomb(path)
    book = _load(path)
    sheet, notes = _first_sheet(path, book)
    if sheet.total_height > MAX_ROWS:
        raise too_many_rows(path)
    body = _body(path, sheet)
    _, header = next(body)
    if len(header) < 2:
        raise refused("one_column", f"{path.name} has a single column.", "Choose a sheet with at least two columns.")
    count = sum(1 for _ in body)
    if not count:
        raise header_only(path)

    def rows() -> Iterator[Row]:
        again = _body(path, sheet)
        next(again)
        return (fit(line, cells, len(header)) for line, cells in again)

    return Source(path, "workbook", name_columns(header), count, rows, notes=notes)


def _refuse_bomb(path: Path) -> None:
    """A zip may unfold to thousands of times its size; its directory says how large it will be."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 4 * MAX_BYTES:
                raise refused("too_large", f"{path.name} unfolds to more than {4 * MAX_BYTES >> 20} MB.", "Split it.")
            if any(_span(archive, entry) > MAX_CELLS for entry in archive.infolist()):
                happened = f"{path.name} has cells so far apart that it would not fit into memory."
                raise refused("too_large", happened, "Delete the empty rows and columns, or save it as CSV.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return  # damaged or encrypted; the reader says so


def _span(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Rows times columns of the smallest block from the first cell that holds all cells of a part of the workbook."""
    rows, columns, rest = 0, 0, b""
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            block = rest + chunk
            for letters, digits in _CELL.findall(block):
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
            rest = block[max(block.rfind(b"<"), 0) :][:_CHUNK]  # a tag that goes on in the next chunk
    return rows * columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _load(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise refused("file_protected", f"{path.name} is protected by a password.", "Save it without one.") from None
    except CalamineError:
        happened = f"{path.name} is not a spreadsheet, or it is damaged."
        raise refused("file_binary", happened, "Choose a CSV, Excel or vCard file.") from None


def _first_sheet(path: Path, book: CalamineWorkbook) -> tuple[CalamineSheet, tuple[str, ...]]:
    names = book.sheet_names
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            others = len(names) - 1
            return sheet, ((f"Only the sheet “{name}” was read; {others} more were not.",) if others else ())
    raise refused("file_empty", f"{path.name} has no rows.", "Choose a sheet with column names and rows.")


def _body(path: Path, sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """(row number as the spreadsheet shows it, cells as text) of every row that is not blank."""
    first = (sheet.start or (0, 0))[0] + 1
    for line, cells in enumerate(sheet.to_python(skip_empty_area=True), start=first):
        texts = _texts(cells)
        if any(texts):
            if max(map(len, texts)) > MAX_CELL:
                happened = f"{path.name} has a cell of over {MAX_CELL:,} characters in row {line}."
                raise refused("too_large", happened, "Shorten it.", line=line)
            yield line, texts


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [_text(cell) for cell in cells]


def _text(cell: Cell) -> str:
    """A cell as a person would type it; a whole number has no decimal point, as phone numbers are often numbers."""
    match cell:
        case str():
            return cell
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return cell.isoformat()
    return str(cell)
