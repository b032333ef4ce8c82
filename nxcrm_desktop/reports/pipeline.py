"""The pipeline: open leads by stage and by owner, how long they have waited, and what they may bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, MetaData, Row, and_, case, func, not_, select, true

from nxcrm_desktop.domain import clock, money
from nxcrm_desktop.domain.stages import DEFAULT_STAGES
from nxcrm_desktop.reports.table import Bar, Cell, Column, Form, ReportDocument, ReportTable

DAY_MS = 86_400_000
AGES = ((0, 7), (8, 30), (31, 90), (91, None))


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage: how many leads, their budgets (integer paise), probability in per cent, and counts by age."""

    label: str
    outcome: str
    leads: int
    budget_paise: int
    probability: int
    by_age: tuple[int, ...]

    @property
    def expected_paise(self) -> int:
        """Budget times probability, in paise, rounded down."""
        return self.budget_paise * self.probability // 100


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """One owner: open, won and lost leads, the open budget in paise, overdue next steps."""

    name: str
    open: int
    won: int
    lost: int
    budget_paise: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The figures of the report; ``since``/``until`` bound the day of the enquiry, both ends included."""

    stages: tuple[StageLine, ...]
    owners: tuple[OwnerLine, ...]
    since: date | None
    until: date | None
    as_of_ms: int


def pipeline(
    connection: Connection, metadata: MetaData, *, since: date | None, until: date | None, as_of_ms: int
) -> Pipeline:
    """Count what the connection can see: one pass over leads for stages, one for owners."""
    stages = _stages(connection, metadata)
    bounds = _bounds(metadata, since, until)
    lines = _stage_lines(connection, metadata, stages, bounds, as_of_ms)
    owners = _owner_lines(connection, metadata, stages, bounds, as_of_ms)
    return Pipeline(tuple(lines), tuple(owners), since, until, as_of_ms)


@dataclass(frozen=True, slots=True)
class _Stage:
    key: str
    label: str
    probability: int
    outcome: str


def _stages(connection: Connection, metadata: MetaData) -> list[_Stage]:
    table = metadata.tables["lead_stage"]
    columns = (table.c.key, table.c.label, table.c.probability, table.c.outcome)
    found = [_Stage(*row) for row in connection.execute(select(*columns).order_by(table.c.position, table.c.id))]
    return found or [_Stage(s.key, s.label, s.probability, s.outcome) for s in DEFAULT_STAGES]


def _entered(metadata: MetaData) -> ColumnElement[int]:
    lead = metadata.tables["lead"]
    return func.coalesce(lead.c.enquired_at, lead.c.created_at)


def _bounds(metadata: MetaData, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    entered = _entered(metadata)
    bounds = [entered >= clock.start_of_day(since)] if since else []
    return [*bounds, entered < clock.start_of_day(until) + DAY_MS] if until else bounds


def _stage_lines(
    connection: Connection, metadata: MetaData, stages: list[_Stage], bounds: list[ColumnElement[bool]], as_of_ms: int
) -> list[StageLine]:
    lead, entered = metadata.tables["lead"], _entered(metadata)
    ages = [func.sum(case((_aged(entered, as_of_ms, low, high), 1), else_=0)) for low, high in AGES]
    query = select(lead.c.stage, func.count(), func.coalesce(func.sum(lead.c.budget_paise), 0), *ages)
    found = {row[0]: row for row in connection.execute(query.where(*bounds).group_by(lead.c.stage))}
    known = {stage.key for stage in stages}
    everything = [*stages, *(_Stage(key, key, 0, "open") for key in sorted(found.keys() - known))]
    return [_stage_line(stage, found.get(stage.key)) for stage in everything]


def _stage_line(stage: _Stage, row: Row[Any] | None) -> StageLine:
    figures = [int(figure) for figure in tuple(row)[1:]] if row else [0] * (2 + len(AGES))
    leads, budget, *ages = figures
    return StageLine(stage.label, stage.outcome, leads, budget, stage.probability, tuple(ages))


def _aged(entered: ColumnElement[int], as_of_ms: int, low: int, high: int | None) -> ColumnElement[bool]:
    younger = entered <= as_of_ms - low * DAY_MS if low else true()
    return and_(younger, entered > as_of_ms - (high + 1) * DAY_MS) if high is not None else younger


def _owner_lines(
    connection: Connection, metadata: MetaData, stages: list[_Stage], bounds: list[ColumnElement[bool]], as_of_ms: int
) -> list[OwnerLine]:
    lead, user = metadata.tables["lead"], metadata.tables["user"]
    won = lead.c.stage.in_([s.key for s in stages if s.outcome == "won"])
    lost = lead.c.stage.in_([s.key for s in stages if s.outcome == "lost"])
    is_open = and_(not_(won), not_(lost))
    query = (
        select(
            func.coalesce(user.c.full_name, "Without an owner"),
            *(_count(condition) for condition in (is_open, won, lost)),
            func.coalesce(func.sum(case((is_open, lead.c.budget_paise), else_=0)), 0),
            _count(and_(is_open, lead.c.next_step_at < as_of_ms)),
        )
        .select_from(lead.outerjoin(user, user.c.id == lead.c.owner_id))
        .where(*bounds)
        .group_by(lead.c.owner_id, user.c.full_name)
        .order_by(_count(is_open).desc(), user.c.full_name)
    )
    return [OwnerLine(str(row[0]), *(int(number) for number in row[1:])) for row in connection.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def document(report: Pipeline, *, made_by: str, coverage: str) -> ReportDocument:
    """The report as tables and bars. ``coverage`` says whose leads it counts."""
    period = f"{_day(report.since, 'the beginning')} to {_day(report.until, 'today')}"
    as_of = f"{clock.local_datetime(report.as_of_ms):%d-%m-%Y %H:%M}"
    return ReportDocument(
        title="Pipeline",
        facts=(("Enquiries", period), ("As of", as_of), ("Covers", coverage)),
        tables=(_stage_table(report), _owner_table(report)),
        bars=tuple(
            Bar(line.label, line.leads, f"{line.leads:,} · {money.format_inr(line.budget_paise)}")
            for line in report.stages
            if line.outcome == "open"
        ),
        bars_title="Open leads by stage",
        made_by=made_by,
    )


def _day(day: date | None, otherwise: str) -> str:
    return f"{day:%d-%m-%Y}" if day else otherwise


def _stage_table(report: Pipeline) -> ReportTable:
    ages = tuple(Column(f"{low}–{high} d" if high else f"{low}+ d", Form.COUNT, 0.8) for low, high in AGES)
    columns = (
        Column("Stage", weight=1.9), Column("Leads", Form.COUNT, 0.8), *ages, Column("Budgets", Form.MONEY, 1.7),
        Column("Chance", Form.PERCENT, 0.8), Column("Expected", Form.MONEY, 1.7),
    )  # fmt: skip
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (line.label, line.leads, *line.by_age, line.budget_paise, line.probability, line.expected_paise)
        for line in report.stages
    )
    sums = [sum(int(figure) for figure in column) for column in zip(*(row[1:] for row in rows), strict=True)]
    total: tuple[Cell, ...] | None = ("Total", *sums[:-2], None, sums[-1]) if rows else None
    return ReportTable("By stage", columns, rows, total, "Expected = budgets × chance of a sale at that stage.")


def _owner_table(report: Pipeline) -> ReportTable:
    columns = (
        Column("Owner", weight=2.2),
        Column("Open", Form.COUNT, 0.8), Column("Won", Form.COUNT, 0.8), Column("Not sold", Form.COUNT, 0.9),
        Column("Open budgets", Form.MONEY, 1.6), Column("Overdue steps", Form.COUNT, 1.1),
    )  # fmt: skip
    rows = tuple((o.name, o.open, o.won, o.lost, o.budget_paise, o.overdue) for o in report.owners)
    sums = tuple(sum(column) for column in zip(*(row[1:] for row in rows), strict=True)) if rows else ()
    return ReportTable("By owner", columns, rows, ("Total", *sums) if rows else None, "Not sold = lost and junk.")
