"""The pipeline report: figures that agree with the rows, files that can be read back, text that stays text."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.stages import DEFAULT_STAGES
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.catalogue import Request, build, write
from nxcrm_desktop.reports.pipeline import DAY_MS, pipeline
from nxcrm_desktop.reports.table import Form, written
from tests.helpers.world import World, small_world

NOW = clock.start_of_day(date(2026, 11, 20)) + DAY_MS // 2
LEADS = st.lists(
    st.tuples(
        st.sampled_from([stage.key for stage in DEFAULT_STAGES]),
        st.one_of(st.none(), st.integers(0, 10**9)),
        st.integers(0, 200),
        st.integers(0, 2),
    ),
    max_size=40,
)
STAGES = {stage.key: stage for stage in DEFAULT_STAGES}


def _fill(world: World, leads: list[tuple[str, int | None, int, int]]) -> list[str]:
    world.add_stages()
    owners = [world.add("user", username=f"u{i}", full_name=f"User {i}", role="sales", active=1) for i in range(3)]
    for stage, budget, days, owner in leads:
        world.add(
            "lead",
            name="Lead",
            stage=stage,
            budget_paise=budget,
            enquired_at=NOW - days * DAY_MS,
            owner_id=owners[owner],
        )
    return owners


@settings(max_examples=30)
@given(LEADS)
def test_figures_agree_with_the_rows(leads: list[tuple[str, int | None, int, int]]) -> None:
    with small_world() as world:
        _fill(world, leads)
        figures = pipeline(world.connection, world.metadata, since=None, until=None, as_of_ms=NOW)
    by_label = {line.label: line for line in figures.stages}
    for key, stage in STAGES.items():
        mine = [lead for lead in leads if lead[0] == key]
        line = by_label[stage.label]
        assert line.leads == len(mine) == sum(line.by_age)
        assert line.budget_paise == sum(budget or 0 for _, budget, _, _ in mine)
        assert line.by_age[0] == sum(days <= 7 for _, _, days, _ in mine)
    assert sum(o.open + o.won + o.lost for o in figures.owners) == len(leads)


def test_the_period_includes_both_its_days() -> None:
    with small_world() as world:
        _fill(world, [("new", None, days, 0) for days in (0, 1, 2, 3)])
        days = {"since": date(2026, 11, 18), "until": date(2026, 11, 19)}
        figures = pipeline(world.connection, world.metadata, **days, as_of_ms=NOW)
    assert sum(line.leads for line in figures.stages) == 2


def _request(since: date | None = None, until: date | None = None) -> Request:
    return Request(since, until, NOW, "Meera <b>Iyer</b>", "the leads of 3 people")


def test_the_file_says_what_the_figures_say(tmp_path: Path) -> None:
    with small_world() as world:
        _fill(world, [("new", 45_000_000, 1, 0), ("booked", 1_00_00_000_00, 40, 1)])
        evil = world.add("user", username="x", full_name='=cmd|"/c"!A0 <img src="/etc"/>', role="sales", active=1)
        world.add("lead", name="Lead", stage="new", owner_id=evil)
        report = build(world.connection, world.metadata, "pipeline", _request())
    pdf = write(report, "pipeline", tmp_path / "pipeline.pdf")
    printed = "".join(page.extract_text() for page in PdfReader(pdf.file).pages)
    for words in (
        "Pipeline",
        "₹4,50,000",
        "₹1,00,00,000",
        "User 1",
        '=cmd|"/c"!A0',
        "Meera <b>Iyer</b>",
        "Page 1 of 1",
    ):
        assert words in printed
    write(report, "pipeline", tmp_path / "pipeline.xlsx")
    sheet = CalamineWorkbook.from_path(tmp_path / "pipeline.xlsx").get_sheet_by_name("By stage").to_python()
    total = next(row for row in sheet if row[0] == "Total")
    assert total[1] == 3
    assert 10_450_000.0 in total


def test_a_long_report_has_its_heading_on_every_page(tmp_path: Path) -> None:
    with small_world() as world:
        world.add_stages()
        for number in range(150):
            owner = world.add(
                "user", username=f"u{number}", full_name=f"Owner {number} " + "x" * 80, role="sales", active=1
            )
            world.add("lead", name="Lead", stage="new", owner_id=owner)
        report = build(world.connection, world.metadata, "pipeline", _request())
    made = write(report, "pipeline", tmp_path / "long.pdf")
    pages = PdfReader(made.file).pages
    assert len(pages) == made.pages > 3
    texts = [page.extract_text() for page in pages]
    assert all("Owner" in text for text in texts[1:])
    assert [f"Page {number} of {made.pages}" in text for number, text in enumerate(texts, 1)] == [True] * made.pages


@pytest.mark.parametrize(
    ("name", "file", "code"),
    [
        ("pipelin", "x.pdf", "unknown_report"),
        ("pipeline", "x.doc", "unknown_format"),
        ("pipeline", "no/x.pdf", "not_writable"),
    ],
)
def test_wrong_names_are_told(tmp_path: Path, name: str, file: str, code: str) -> None:
    with small_world() as world, pytest.raises(NxcrmError, match=code):
        write(build(world.connection, world.metadata, name, _request()), name, tmp_path / file)
    assert list(tmp_path.iterdir()) == []


def test_a_period_that_ends_before_it_begins_is_told() -> None:
    with small_world() as world, pytest.raises(NxcrmError, match="bad_period"):
        build(world.connection, world.metadata, "pipeline", _request(date(2026, 2, 1), date(2026, 1, 1)))


def test_a_stopped_report_leaves_no_file(tmp_path: Path) -> None:
    with small_world() as world:
        report = build(world.connection, world.metadata, "pipeline", _request())
    with pytest.raises(NxcrmError, match="cancelled"):
        write(report, "pipeline", tmp_path / "x.pdf", cancelled=lambda: True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("form", "value", "shown"),
    [
        (Form.MONEY, 12_34_567_89, "₹12,34,567.89"),
        (Form.MONEY, -500, "−₹5"),
        (Form.COUNT, 100_000, "1,00,000"),
        (Form.PERCENT, 35, "35 %"),
        (Form.TEXT, None, "–"),
    ],
)
def test_cells_are_written_the_indian_way(form: Form, value: int | None, shown: str) -> None:
    assert written(form, value) == shown
