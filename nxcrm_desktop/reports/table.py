"""What every report is made of: titled tables of values that know their kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from nxcrm_desktop.domain import money

Cell = str | int | None


class Form(StrEnum):
    """How a column's values are written and aligned."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"  # integer paise
    DAYS = "days"
    PERCENT = "percent"

    @property
    def is_number(self) -> bool:
        """Whether values of this form are numbers, set flush right."""
        return self is not Form.TEXT


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its form, and its share of the width."""

    heading: str
    form: Form = Form.TEXT
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A titled table; ``total`` is a last row that sums what can be summed."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its name, how long it is, and what is written at its end."""

    name: str
    value: int
    caption: str


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A whole report, ready to be drawn. ``facts`` are the filters and the "as of" line, as (name, value)."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[ReportTable, ...]
    bars: tuple[Bar, ...] = ()
    bars_title: str = ""
    made_by: str = ""
    keywords: tuple[str, ...] = field(default=())


def written(form: Form, value: Cell) -> str:
    """A cell as text: Indian grouping, ₹, days, per cent."""
    if value is None:
        return "–"
    match form:
        case Form.MONEY:
            return money.format_inr(int(value))
        case Form.COUNT | Form.DAYS:
            return money.group_indian(str(value))
        case Form.PERCENT:
            return f"{value} %"
    return str(value)
