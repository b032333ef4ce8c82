"""Reports as workbooks. Text is written as text, so that no cell can become a formula."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from nxcrm_desktop.reports.table import Cell, Form, ReportDocument, ReportTable
from nxcrm_desktop.security.files import write_atomically

_FORMATS = {
    Form.TEXT: "@",
    Form.COUNT: "#,##0",
    Form.DAYS: "#,##0",
    Form.PERCENT: "0",
    Form.MONEY: "[>=10000000]##\\,##\\,##\\,##0.00;[>=100000]##\\,##\\,##0.00;##,##0.00",
}


def write_workbook(report: ReportDocument, path: Path) -> None:
    """One sheet a table. Money is in rupees with two places. Raises NxcrmError ``not_writable``, ``disk_full``."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold = book.add_format({"bold": True})
        forms = {form: book.add_format({"num_format": code}) for form, code in _FORMATS.items()}
        for table in report.tables:
            _sheet(book.add_worksheet(_sheet_name(table.title)), report, table, bold, forms)
    write_atomically(path, buffer.getvalue())


def _sheet_name(title: str) -> str:
    return "".join("-" if ch in "[]:*?/\\'" else ch for ch in title)[:31]


def _sheet(sheet: Any, report: ReportDocument, table: ReportTable, bold: Any, forms: dict[Form, Any]) -> None:
    sheet.write_string(0, 0, report.title, bold)
    for number, (name, value) in enumerate(report.facts, start=1):
        sheet.write_string(number, 0, f"{name}: {value}")
    top = len(report.facts) + 2
    for index, column in enumerate(table.columns):
        sheet.write_string(top, index, column.heading, bold)
        sheet.set_column(index, index, 14 * max(1.0, column.weight))
    rows = [*table.rows, *([table.total] if table.total else [])]
    for line, row in enumerate(rows, start=top + 1):
        for index, cell in enumerate(row):
            _write(sheet, line, index, table.columns[index].form, cell, forms)
    sheet.freeze_panes(top + 1, 0)


def _write(sheet: Any, line: int, index: int, form: Form, value: Cell, forms: dict[Form, Any]) -> None:
    if value is None:
        sheet.write_blank(line, index, None)
    elif form.is_number:
        sheet.write_number(line, index, int(value) / 100 if form is Form.MONEY else int(value), forms[form])
    else:
        sheet.write_string(line, index, str(value), forms[form])
