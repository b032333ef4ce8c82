"""Exports: whole or not at all, harmless in a spreadsheet, and readable again."""

from __future__ import annotations

import csv
import gc
import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.exports import ExportService
from nxcrm_desktop.services.imports import ImportService
from nxcrm_desktop.services.leads import LeadService
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import pulled, staff
from tests.helpers.full_disk import full_beyond

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "'=quoted", "https://example.org"]
COLUMNS = ("name", "phone", "stage", "budget_paise", "enquired_at")


@pytest.fixture
def exports(store: Store, asha: Actor) -> ExportService:
    leads = LeadService(store, asha)
    for number, name in enumerate(HOSTILE):
        leads.create({
            "name": name, "phone": f"+9198200123{number:02d}", "budget_paise": 450_000_50, "enquired_at": 1618425180000,
        })  # fmt: skip
    return ExportService(store, asha)


QUERY = ListQuery("lead", order="id", columns=COLUMNS)


def test_csv_is_harmless(exports: ExportService, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    assert exports.export(QUERY, path) == len(HOSTILE)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["Name", "Phone", "Stage", "Budget", "Enquired"]
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert rows[0] == ["'=1+1", "'+919820012300", "new", "450000.50", "2021-04-15 00:03:00"]


def test_what_was_exported_can_be_imported_unchanged(
    exports: ExportService, store: Store, asha: Actor, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    exports.export(QUERY, path)
    leads = LeadService(store, asha)
    before = leads.page(QUERY, limit=99).rows
    leads.delete([row.id for row in leads.page(ListQuery("lead", order="id"), limit=99).rows])
    result = ImportService(store, asha).run(path, "lead")
    assert (result.created, result.rejected) == (len(HOSTILE), [])
    after = leads.page(QUERY, limit=99).rows
    assert [[row[name] for name in COLUMNS] for row in after] == [[row[name] for name in COLUMNS] for row in before]


def test_xlsx_types_texts_as_text_and_amounts_as_numbers(exports: ExportService, tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    assert exports.export(QUERY, path) == len(HOSTILE)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name("Leads").to_python()
    assert [row[0] for row in sheet[1:]] == HOSTILE
    assert sheet[1][3] == 450000.5
    assert b"<f>" not in path.read_bytes()
    assert sorted(tmp_path.iterdir()) == [path, *sorted(tmp_path.glob("store.db*"))]


def test_json_has_the_machine_values(exports: ExportService, tmp_path: Path) -> None:
    path = tmp_path / "leads.json"
    exports.export(QUERY, path)
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert [row["name"] for row in rows] == HOSTILE
    assert rows[0]["budget_paise"] == 450_000_50


def test_long_lists_are_streamed_in_order(store: Store, asha: Actor, tmp_path: Path) -> None:
    with store.write(asha) as work:
        work.create_many("lead", [{"name": f"P{n:05d}", "stage": "new"} for n in range(2500)])
    seen: list[tuple[int, int]] = []
    path = tmp_path / "all.csv"
    ExportService(store, asha).export(
        ListQuery("lead", order="name", columns=("name",)), path, progress=lambda done, all_: seen.append((done, all_))
    )
    assert path.read_text(encoding="utf-8-sig").split() == ["Name", *(f"P{n:05d}" for n in range(2500))]
    assert seen[-1] == (2500, 2500)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_an_export_that_fails_leaves_the_old_file(exports: ExportService, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"leads.{suffix}"
    path.write_bytes(b"old")
    before = set(tmp_path.iterdir())
    with pytest.raises(NxcrmError, match="cancelled"):
        exports.export(QUERY, path, cancel=lambda: True)
    with full_beyond(20), pytest.raises(NxcrmError, match="disk_full"):
        exports.export(QUERY, path)
    gc.collect()  # the library leaves a handle of a file that could not be written to the collector
    assert path.read_bytes() == b"old"
    assert set(tmp_path.iterdir()) == before


def test_places_and_formats_that_cannot_be_are_told(exports: ExportService, tmp_path: Path) -> None:
    with pytest.raises(NxcrmError, match="unknown_format"):
        exports.export(QUERY, tmp_path / "leads.pdf")
    for suffix in ("csv", "xlsx"):
        with pytest.raises(NxcrmError, match="not_writable"):
            exports.export(QUERY, tmp_path / "nowhere" / f"leads.{suffix}")
        folder = tmp_path / f"folder.{suffix}"
        folder.mkdir()
        with pytest.raises(NxcrmError, match="not_writable"):
            exports.export(QUERY, folder)


def test_masked_columns_are_not_exported(store: Store, tmp_path: Path) -> None:
    pulled(store, "vehicle", model="Swift", cost_paise=100_00)
    seller = ExportService(store, staff(store, "Sunil Sales"))
    seller.export(ListQuery("vehicle", order="id", columns=("model", "cost_paise")), tmp_path / "cars.json")
    assert json.loads((tmp_path / "cars.json").read_text()) == [{"model": "Swift"}]
    officer = ExportService(store, staff(store, "Priya Privacy", Role.PRIVACY_OFFICER))
    with pytest.raises(NxcrmError, match="not_allowed"):
        officer.export(QUERY, tmp_path / "leads.csv")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_a_list_is_for_nobody_else_to_read(exports: ExportService, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"leads.{ending}"
    exports.export(QUERY, path)
    assert path.stat().st_mode & 0o077 == 0
