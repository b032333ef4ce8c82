"""The reports there are, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, MetaData

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports import pipeline
from nxcrm_desktop.reports.pdf import Cancelled, write_report
from nxcrm_desktop.reports.table import ReportDocument
from nxcrm_desktop.reports.xlsx import write_workbook


@dataclass(frozen=True, slots=True)
class Request:
    """What a report is asked for: the days it covers (both ends included, None is open), when, by whom, over what."""

    since: date | None
    until: date | None
    as_of_ms: int
    made_by: str
    coverage: str


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report by name, with its title and what it is for."""

    name: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report that was written. ``pages`` is 0 for a workbook."""

    file: str
    name: str
    rows: int
    pages: int


Builder = Callable[[Connection, MetaData, Request], ReportDocument]


def _pipeline(connection: Connection, metadata: MetaData, request: Request) -> ReportDocument:
    figures = pipeline.pipeline(
        connection, metadata, since=request.since, until=request.until, as_of_ms=request.as_of_ms
    )
    return pipeline.document(figures, made_by=request.made_by, coverage=request.coverage)


KINDS: Mapping[str, tuple[ReportKind, Builder]] = MappingProxyType({
    "pipeline": (
        ReportKind("pipeline", "Pipeline", "Leads by stage and owner, how long they have waited, what they may bring."),
        _pipeline,
    ),
})  # fmt: skip


def build(connection: Connection, metadata: MetaData, name: str, request: Request) -> ReportDocument:
    """The report as data. Raises NxcrmError ``unknown_report`` or ``bad_period``."""
    if name not in KINDS:
        raise NxcrmError(
            "unknown_report", f"There is no report called “{name}”.", todo=f"Reports are: {', '.join(KINDS)}."
        )
    if request.since and request.until and request.until < request.since:
        raise NxcrmError("bad_period", "The last day is before the first.", todo="Exchange the two days.")
    return KINDS[name][1](connection, metadata, request)


def write(report: ReportDocument, name: str, path: Path, cancelled: Cancelled = lambda: False) -> ReportFile:
    """Write a report to a .pdf or .xlsx file, whole or not at all."""
    rows = sum(len(table.rows) for table in report.tables)
    match path.suffix.lower():
        case ".pdf":
            return ReportFile(str(path), name, rows, write_report(report, path, cancelled))
        case ".xlsx":
            write_workbook(report, path)
            return ReportFile(str(path), name, rows, 0)
    raise NxcrmError(
        "unknown_format",
        f"“{path.name}” is not a .pdf or .xlsx file.",
        todo="Give the file one of these endings.",
    )
