"""Files as they come: encodings, delimiters, quotes, and all that makes a file unfit."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, strategies as st

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.importing import csv_files, source as limits, vcards, workbooks
from nxcrm_desktop.importing.encoding import CP1252_NOTE
from nxcrm_desktop.importing.readers import open_source
from nxcrm_desktop.importing.source import Row
from nxcrm_desktop.services.exports import guarded


def write(folder: Path, content: bytes | str, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def code_of(path: Path) -> str:
    with pytest.raises(NxcrmError) as caught:
        open_source(path)
    assert caught.value.happened
    assert caught.value.todo
    assert caught.value.safe == "Nothing was imported."
    return caught.value.code


def test_rows_carry_the_line_they_begin_on(tmp_path: Path) -> None:
    path = write(tmp_path, 'name,note\r\nAsha,"two\r\nlines"\r\n\r\n , \r\nBina,one\r\n')
    opened = open_source(path)
    assert opened.columns == ("name", "note")
    assert opened.row_count == 2
    assert list(opened.rows()) == [Row(2, ("Asha", "two\r\nlines")), Row(6, ("Bina", "one"))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [["name", "city", "note"], ["Asha", "Pune", "a;b, c"], ["Bina", "Goa", "x"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines)
    opened = open_source(write(tmp_path, text.getvalue()))
    assert opened.delimiter == delimiter
    assert [list(row.cells) for row in opened.rows()] == lines[1:]


def test_a_spreadsheets_separator_line_is_obeyed(tmp_path: Path) -> None:
    opened = open_source(write(tmp_path, "sep=;\nname;city\nAsha;Pune\n"))
    assert opened.columns == ("name", "city")
    assert next(opened.rows()) == Row(3, ("Asha", "Pune"))


@pytest.mark.parametrize(
    ("codec", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
     ("utf-16-be", "utf-16-be")],
)  # fmt: skip
def test_unicode_is_read_as_what_it_is(tmp_path: Path, codec: str, named: str) -> None:
    text = "name,city\nRené Müller,München\nJosé,Köln\nA B,C D\n"
    opened = open_source(write(tmp_path, text.encode(codec)))
    assert opened.encoding == named
    assert opened.columns == ("name", "city")
    assert next(opened.rows()).cells == ("René Müller", "München")
    assert opened.notes == ()


def test_devanagari_is_read(tmp_path: Path) -> None:
    assert next(open_source(write(tmp_path, "नाम,शहर\nरवि,पुणे\n")).rows()).cells == ("रवि", "पुणे")


def test_a_guessed_encoding_is_told(tmp_path: Path) -> None:
    opened = open_source(write(tmp_path, "name,city\nRené,Málaga\n".encode("cp1252")))
    assert opened.encoding == "cp1252"
    assert opened.notes == (CP1252_NOTE,)
    assert next(opened.rows()).cells == ("René", "Málaga")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfname,city\n\xff\xfe broken,x\n",
        b"name,city\n\x81\x8d\x8f,x\n",
        "name,city\n".encode("utf-16") + b"\x00",
    ],
)
def test_what_no_encoding_fits_is_refused(tmp_path: Path, content: bytes) -> None:
    assert code_of(write(tmp_path, content)) == "wrong_encoding"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\n\n  \n", "file_empty"),
        (b"name,city\n", "file_empty"),
        (b"name\nAsha\nBina\n", "one_column"),
        (b"%PDF-1.7 name,city\nAsha,Pune\n", "file_binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "file_binary"),
        (bytes(range(1, 256)) * 8, "file_binary"),
        (b"PK\x03\x04 no spreadsheet", "file_binary"),
        (b'name,city\nAsha,"Pune\nBina,Goa\n', "file_malformed"),
        (b'name,city\n"As"ha,Pune\n', "file_malformed"),
        (b"name,city\nAsha," + b"x" * 100_001 + b"\n", "too_large"),
        (b'name,city\nAsha,"' + b"x\n" * 100_000 + b"\n", "too_large"),
    ],
)
def test_unfit_files_are_refused_with_a_reason(tmp_path: Path, content: bytes, code: str) -> None:
    assert code_of(write(tmp_path, content)) == code


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    assert code_of(tmp_path / "nowhere.csv") == "file_missing"
    assert code_of(tmp_path) == "file_missing"


def test_size_and_rows_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "name,city\n" + "Asha,Pune\n" * 30)
    monkeypatch.setattr(csv_files, "MAX_ROWS", 29)
    assert code_of(path) == "too_large"
    monkeypatch.setattr("nxcrm_desktop.importing.readers.MAX_BYTES", 100)
    assert code_of(path) == "too_large"
    assert (limits.MAX_BYTES, limits.MAX_ROWS, limits.MAX_CELL) == (200 * 1024 * 1024, 1_000_000, 100_000)


def test_rows_of_another_width_are_not_trusted(tmp_path: Path) -> None:
    opened = open_source(write(tmp_path, "a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n"))
    problems = [row.problem for row in opened.rows()]
    assert problems[0] == problems[3] == ""
    assert "2 cells" in problems[1]
    assert "4 cells" in problems[2]


def test_nul_characters_refuse_their_row_alone(tmp_path: Path) -> None:
    opened = open_source(write(tmp_path, "a,b\n1,2\n1,x\0y\n"))
    assert [bool(row.problem) for row in opened.rows()] == [False, True]


def test_columns_get_names_of_their_own(tmp_path: Path) -> None:
    assert open_source(write(tmp_path, "Email,,email,Email\n1,2,3,4\n")).columns == (
        "Email", "Column 2", "email (2)", "Email (3)",
    )  # fmt: skip


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=40))
def test_the_guard_of_exports_comes_off_again(text: str) -> None:
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t"))
    assert csv_files._GUARD.sub("", guarded(text)) == text


def book(folder: Path, *rows: Sequence[Any], sheets: int = 1, at: int = 0) -> Path:
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as made:
        for number in range(sheets):
            sheet = made.add_worksheet()
            for line, row in enumerate(rows if number == 0 else [["other"]], start=at):
                sheet.write_row(line, 0, row)
    return path


def test_spreadsheets_are_read_as_a_person_would_type_them(tmp_path: Path) -> None:
    header, values = ["Name", "Phone", "When", "Paid"], ["Asha", 9820012345, date(2021, 4, 15), True]
    path = book(tmp_path, header, [], values, sheets=2, at=2)
    opened = open_source(path)
    assert list(opened.rows()) == [Row(5, ("Asha", "9820012345", "2021-04-15", "yes"))]
    assert opened.row_count == 1
    assert opened.notes == ("Only the sheet “Sheet1” was read; 1 more were not.",)


@pytest.mark.parametrize(
    ("rows", "code"), [([], "file_empty"), ([["Name", "Phone"]], "file_empty"), ([["Name"], ["Asha"]], "one_column")]
)
def test_unfit_spreadsheets_are_refused(tmp_path: Path, rows: list[list[object]], code: str) -> None:
    assert code_of(book(tmp_path, *rows)) == code


@pytest.mark.parametrize("tag", ["<c", "<x:c", "<c" + " " * 900_000])
def test_a_spreadsheet_with_cells_far_apart_is_refused_before_the_reader_makes_room_for_all_between(
    tmp_path: Path, tag: str
) -> None:
    path = book(tmp_path, ["Name", "Phone"], ["Asha", "1"])
    with zipfile.ZipFile(path) as whole:
        parts = {entry.filename: whole.read(entry) for entry in whole.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<c r="B2"', f'{tag} r="XFD1048576"'.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed:
        for name, content in parts.items():
            changed.writestr(name, content)
    assert code_of(path) == "too_large"


def test_a_spreadsheet_that_unfolds_beyond_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_BYTES", 1000)
    assert code_of(book(tmp_path, ["Name", "Phone"], ["Asha", 1])) == "too_large"


CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Rao, Asha\r\nTEL;TYPE=FAX:022 2222 2222\r\nTEL;TYPE=HOME:98200 12346\r\n"
    "TEL;TYPE=CELL:98200 12345\r\nitem1.EMAIL:asha@example.org\r\nORG:Acme;Sales\r\nTITLE:Owner\r\n"
    "ADR:;;12 MG Road;Pune;MH;411001;India\r\nBDAY:19800322\r\nPHOTO;ENCODING=b:\r\n /9j/AAAA\r\n\r\n"
    "NOTE:likes\\, red\r\n  cars\r\nEND:VCARD\r\n"
)
OLD_CARD = (
    "BEGIN:VCARD\nVERSION:2.1\nN;LANGUAGE=en-us:Kumar;Ravi;;\nTEL;CELL;VOICE:+91 98200 12345\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE:line one=0D=0A=\nline two\nEND:VCARD\n"
)


def test_cards_become_rows(tmp_path: Path) -> None:
    opened = open_source(write(tmp_path, CARD + "\r\n" + OLD_CARD, "cards.vcf"))
    assert opened.columns == vcards.COLUMNS
    first, second = (dict(zip(opened.columns, row.cells, strict=True)) for row in opened.rows())
    assert [row.line for row in opened.rows()] == [1, 19]
    assert first["Name"] == "Rao, Asha"  # not cut at the comma
    assert (first["Phone"], first["Other phone"]) == ("98200 12345", "98200 12346")
    assert (first["E-mail"], first["Company"], first["City"]) == ("asha@example.org", "Acme", "Pune")
    assert (first["Date of birth"], first["Remarks"]) == ("1980-03-22", "likes, red cars")
    assert second["Name"] == "Ravi Kumar"
    assert second["Remarks"].splitlines() == ["line one", "line two"]
    assert opened.notes == ("Not taken from the cards: TITLE.",)


def test_a_broken_card_is_refused_alone(tmp_path: Path) -> None:
    opened = open_source(write(tmp_path, "BEGIN:VCARD\nVERSION:3.0\nthis is no line\nEND:VCARD\n" + CARD, "cards.vcf"))
    assert [row.problem for row in opened.rows()] == ["The card is not well formed.", ""]


@pytest.mark.parametrize(
    "line",
    [
        "FN;ENCODING=QUOTED-PRINTABLE;CHARSET=no-such:=E0", "FN;CHARSET=hex:=E0", "ORG:", "N:", "ADR:", "TEL;TYPE:1",
        "NOTE;ENCODING=b:!!!!", "BDAY;VALUE=x:99", "GEO:1", "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-16:=00",
    ],
)  # fmt: skip
def test_a_hostile_card_never_stops_the_others(tmp_path: Path, line: str) -> None:
    for version in ("2.1", "3.0", "4.0"):
        card = f"BEGIN:VCARD\nVERSION:{version}\n{line}\nEND:VCARD\n"
        opened = open_source(write(tmp_path, card + CARD, "cards.vcf"))
        assert [row.problem for row in opened.rows()][1:] == [""]


def test_cards_that_never_end_are_no_cards(tmp_path: Path) -> None:
    assert code_of(write(tmp_path, "BEGIN:VCARD\nFN:Asha\n", "cards.vcf")) == "file_empty"
