"""The report a customer reads: what is held, why, for how long, who received it, what is withheld. HTML and PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from string import Template

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

import resources
from nxcrm_desktop.domain import values
from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.retention import RETENTION
from nxcrm_desktop.privacy.collect import Collected
from nxcrm_desktop.privacy.recipe import in_words
from nxcrm_desktop.reports.pdf import MUTED, WIDTH, draw_pdf, style, text

_INTRODUCTION = (
    "This is everything that is held about you, as far as it can be shown to you. The folder “data” of this package "
    "holds the same in a form that programs read; the folder “documents” holds your papers."
)


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of record: heading, why and how long it is kept, and each record as (label, value) lines."""

    heading: str
    why: str
    records: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Readable:
    """The whole report as text. ``notes`` are sentences about withheld data and missing papers."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]


def readable(found: Collected, *, label: str, facts: tuple[tuple[str, str], ...], notes: tuple[str, ...]) -> Readable:
    """Put what was collected into words."""
    sections = tuple(_section(ENTITIES[name], rows) for name, rows in found.rows.items())
    withheld = {(ENTITIES[w.entity].fields[w.field].label, w.reason) for w in found.withheld}
    reasons: dict[str, list[str]] = {}
    for name, reason in sorted(withheld):
        reasons.setdefault(reason, []).append(name)
    told = tuple(f"Not shown: {', '.join(names)}. {reason}" for reason, names in reasons.items())
    return Readable(f"What we hold about {label}", facts, sections, (*told, *notes))


def _section(info: EntityInfo, rows: list[dict[str, Value]]) -> Section:
    kept = RETENTION[info.facts.retention]
    why = f"Held for: {info.facts.purpose.value}. Kept: {kept.period} ({kept.source}). {in_words(info)}"
    return Section(info.facts.plural, why, tuple(tuple(_lines(info, row)) for row in rows))


def _lines(info: EntityInfo, row: dict[str, Value]) -> Iterator[tuple[str, str]]:
    for name, facts in info.fields.items():
        technical = facts.kind in (Kind.ID, Kind.REF) or (name in COMMON and name != "created_at")
        if row[name] is not None and not technical:
            yield facts.label, values.display(facts, row[name])


def to_html(report: Readable) -> str:
    """The report as one HTML page without scripts, links or outside files. Every value is escaped."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.facts)
    sections = "".join(_html_section(section) for section in report.sections)
    notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    page = Template(resources.read_text("templates", "subject_report.html"))
    return page.substitute(
        title=escape(report.title), introduction=escape(_INTRODUCTION), facts=facts, sections=sections, notes=notes
    )


def _html_section(section: Section) -> str:
    records = "".join(
        "<table>"
        + "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(value).replace(chr(10), "<br>")}</td></tr>'
            for name, value in record
        )
        + "</table>"
        for record in section.records
    )
    heading = f"{escape(section.heading)} ({len(section.records)})"
    return f'<section><h2>{heading}</h2><p class="why">{escape(section.why)}</p>{records}</section>'


def to_pdf(report: Readable, made_by: str) -> bytes:
    """The report as a PDF."""
    story: list[Flowable] = [text(report.title, style(17, bold=True)), Spacer(1, 2 * mm)]
    story += [text(f"{name}: {value}", style(8.5, colour=MUTED)) for name, value in report.facts]
    story += [Spacer(1, 3 * mm), text(_INTRODUCTION, style(9))]
    for section in report.sections:
        story += _printed(section)
    story += [Spacer(1, 5 * mm), text("Not shown", style(12, bold=True)), Spacer(1, 1.5 * mm)]
    story += [text(note, style(9)) for note in report.notes]
    content, _pages = draw_pdf(report.title, story, made_by=made_by)
    return content


def _printed(section: Section) -> list[Flowable]:
    """A heading never stands alone at the foot of a page, and a record is torn only where it fills more than one."""
    heading = text(f"{section.heading} ({len(section.records)})", style(12, bold=True))
    first, *others = ([_card(record), Spacer(1, 2 * mm)] for record in section.records)
    opening = [Spacer(1, 5 * mm), heading, text(section.why, style(8, colour=MUTED)), Spacer(1, 1 * mm), *first]
    return [KeepTogether(opening), *(KeepTogether(record) for record in others)]


def _card(record: tuple[tuple[str, str], ...]) -> Flowable:
    rows = [
        [text(name, style(8.5, colour=MUTED)), text(part, style(8.5))]
        for name, value in record
        for part in _pieces(value)
    ]
    return Table(
        rows or [["", ""]], colWidths=[WIDTH * 0.3, WIDTH * 0.7],
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEABOVE", (0, 0), (-1, 0), 0.8, MUTED),
            ("TOPPADDING", (0, 0), (-1, 0), 4), ("TOPPADDING", (0, 1), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2), ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ],
    )  # fmt: skip


def _pieces(value: str, size: int = 1500) -> list[str]:
    """Long texts in parts that fit on a page, cut between words: a table row cannot be split between pages."""
    pieces: list[str] = []
    while len(value) > size:
        cut = value.rfind(" ", 0, size) + 1 or size
        pieces.append(value[:cut])
        value = value[cut:]
    return [*pieces, value]
