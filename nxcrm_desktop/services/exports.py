"""Any list as CSV, XLSX or JSON: streamed, whole or not at all, and harmless when a spreadsheet opens it."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import xlsxwriter

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.clock import local_datetime
from nxcrm_desktop.domain.dictionary import EntityInfo, entity
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.permissions import Action, readable_fields
from nxcrm_desktop.domain.records import Keyset, ListQuery, Record, Value
from nxcrm_desktop.domain.values import display
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import private, translated
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.import_result import Cancel, Progress
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader

_PAGE = 1000
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")
_XLSX_ROWS = 1_048_575  # rows of a sheet, less the header
_XLSX_CELL = 32_767
_XLSX_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_EXACT = 2**53
"""Spreadsheets keep numbers as doubles: beyond this they are written as text."""

Rows = Iterator[Sequence[Value]]


class ExportService:
    """Writes lists to files. Only columns that the actor's role may read are written."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def export(
        self, query: ListQuery, path: Path, *, progress: Progress | None = None, cancel: Cancel | None = None
    ) -> int:
        """Write the list to ``path`` (.csv, .xlsx or .json); an older file is replaced at the end. Returns the rows.

        Raises NxcrmError ``unknown_format``, ``not_allowed``, ``cancelled``, ``not_writable``, ``disk_full``.
        """
        guard.require(self._actor, Action.READ, query.entity)
        writer = _WRITERS.get(path.suffix.lower())
        if writer is None:
            raise NxcrmError(
                "unknown_format", f"“{path.suffix}” is not a format to export to.", safe="Nothing was written.",
                todo="End the file's name in .csv, .xlsx or .json.",
            )  # fmt: skip
        info = entity(query.entity)
        columns = self._columns(info, query)
        with _whole(path) as temporary, self._store.read() as reader:
            rows = _rows(reader, query, columns, progress, cancel)
            return writer(temporary, info, columns, rows)

    def _columns(self, info: EntityInfo, query: ListQuery) -> tuple[str, ...]:
        readable = readable_fields(self._actor.role, info)
        return tuple(name for name in query.columns or readable if name in readable)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when all went well."""
    temporary = path.with_name(f".{path.stem}.{os.urandom(4).hex()}{path.suffix}")
    try:
        with open(temporary, "xb", opener=private):
            pass  # from its first byte for nobody else to read; the writers keep what is there
        yield temporary
        temporary.replace(path)
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        cause = error if isinstance(error, OSError) else error.args[0]
        if isinstance(cause, OSError) and isinstance(known := translated(cause), NxcrmError):
            raise known from error
        reason = getattr(cause, "strerror", None) or "unknown reason"
        happened = f"{path.name} cannot be written: {reason.lower()}."
        raise NxcrmError(
            "not_writable", happened, safe="What was there before is unchanged.", todo="Choose another folder."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _rows(
    reader: Reader, query: ListQuery, columns: Sequence[str], progress: Progress | None, cancel: Cancel | None
) -> Rows:
    total, done, after = reader.count(query), 0, None
    while True:
        if cancel is not None and cancel():
            raise NxcrmError("cancelled", "The export was cancelled.", safe="Nothing was written.")
        page, after = _page(reader, query, after)
        yield from ([row[name] for name in columns] for row in page)
        done += len(page)
        if progress is not None:
            progress(done, total)
        if after is None:
            return


def _page(reader: Reader, query: ListQuery, after: Keyset | None) -> tuple[tuple[Record, ...], Keyset | None]:
    page = reader.page(query, limit=_PAGE, after=after)
    return page.rows, page.next


def guarded(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would take for a formula. Importing takes it off again."""
    return f"'{text}" if _FORMULA.match(text) else text


def _text(info: EntityInfo, name: str, value: Value) -> str:
    """A value as a person, and the importer, reads it; times are Indian."""
    facts = info.fields[name]
    if value is None:
        return ""
    if facts.kind is Kind.MONEY:
        rupees, paise = divmod(abs(int(value)), 100)
        return f"{'-' if int(value) < 0 else ''}{rupees}.{paise:02d}"
    if facts.kind is Kind.INSTANT:
        return local_datetime(int(value)).strftime("%Y-%m-%d %H:%M:%S")
    if facts.kind in (Kind.BOOL, Kind.CHOICE, Kind.TAGS):
        return display(facts, value)
    return str(value)


def _labels(info: EntityInfo, columns: Sequence[str]) -> list[str]:
    return [info.fields[name].label for name in columns]


def _csv(path: Path, info: EntityInfo, columns: Sequence[str], rows: Rows) -> int:
    count = 0
    # The mark at the start is what makes Excel read UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL)
        writer.writerow(_labels(info, columns))
        for row in rows:
            texts = (_text(info, name, value) for name, value in zip(columns, row, strict=True))
            writer.writerow([guarded(text) for text in texts])
            count += 1
    return count


def _json(path: Path, _info: EntityInfo, columns: Sequence[str], rows: Rows) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for row in rows:
            file.write(",\n" if count else "\n")
            file.write(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False))
            count += 1
        file.write("\n]\n")
    return count


def _xlsx(path: Path, info: EntityInfo, columns: Sequence[str], rows: Rows) -> int:
    count = 0
    with (
        # Rows on their way stay beside the file, not in a folder everyone shares, and go even when it fails.
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder,
        xlsxwriter.Workbook(str(path), {**_XLSX_OPTIONS, "tmpdir": folder}) as book,
    ):
        sheet = book.add_worksheet(info.facts.plural[:31])
        rupees = book.add_format({"num_format": "#,##0.00"})
        for at, label in enumerate(_labels(info, columns)):
            sheet.write_string(0, at, label)
        for count, row in enumerate(rows, start=1):
            if count > _XLSX_ROWS:
                raise NxcrmError(
                    "too_large", "A sheet holds no more than 1,048,576 rows.", safe="Nothing was written.",
                    todo="Export as CSV, or filter the list.",
                )  # fmt: skip
            for at, (name, value) in enumerate(zip(columns, row, strict=True)):
                _cell(sheet, count, at, info, name, value, rupees)
    return count


def _cell(
    sheet: xlsxwriter.worksheet.Worksheet, line: int, at: int, info: EntityInfo, name: str, value: Value, rupees: object
) -> None:
    """Numbers as numbers, all else typed as text: no cell is ever a formula or a link."""
    kind = info.fields[name].kind
    if value is None:
        return
    if isinstance(value, int) and kind is Kind.MONEY and abs(value) < _EXACT:
        sheet.write_number(line, at, value / 100, rupees)
    elif isinstance(value, int) and kind is Kind.INTEGER and abs(value) < _EXACT:
        sheet.write_number(line, at, value)
    else:
        sheet.write_string(line, at, _text(info, name, value)[:_XLSX_CELL])


_WRITERS: Mapping[str, Callable[[Path, EntityInfo, Sequence[str], Rows], int]] = {
    ".csv": _csv,
    ".json": _json,
    ".xlsx": _xlsx,
}
