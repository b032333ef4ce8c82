"""The report a customer reads: what is held, why, for how long, who received it, what is withheld. HTML and PDF."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

import resources
from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.privacy.collect import Collected
from nxcrm_desktop.privacy.wording import lines, on_deletion, why_held
from nxcrm_desktop.reports.pdf import MUTED, WIDTH, draw_pdf, style, text

_WHOLE = "This is everything we hold about you, as far as it can be shown to you."
_PART = "This is a part of what we hold about you."
_FOLDERS = "The folder “data” holds the same in a form that programs read{papers}."
_PAPERS = "; the folder “documents” holds your papers"


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of record: heading, why and how long it is kept, and each record as (label, value) lines."""

    heading: str
    why: str
    records: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Readable:
    """The whole report as text. ``withheld``: what is not shown and why; ``deletion``: what a deletion would do."""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    withheld: tuple[str, ...]
    deletion: tuple[str, ...]

    @property
    def endings(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The lists at the end, with their headings."""
        return (("Not shown", self.withheld), ("If you ask us to delete", self.deletion))


def readable(
    found: Collected, *, label: str, facts: tuple[tuple[str, str], ...], gaps: tuple[str, ...], papers: int
) -> Readable:
    """Put what was collected into words. ``gaps``: sentences about what is not in the package."""
    sections = tuple(
        Section(ENTITIES[name].facts.plural, why_held(ENTITIES[name]), _records(ENTITIES[name], rows))
        for name, rows in found.rows.items()
    )
    opening = " ".join((_PART if gaps else _WHOLE, *gaps, _FOLDERS.format(papers=_PAPERS if papers else "")))
    deletion = tuple(filter(None, (on_deletion(ENTITIES[name]) for name in found.rows)))
    return Readable(f"What we hold about {label}", opening, facts, sections, _withheld(found), deletion)


def _records(info: EntityInfo, rows: list[dict[str, Value]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(tuple(lines(info, row)) for row in rows)


def _withheld(found: Collected) -> tuple[str, ...]:
    reasons: dict[str, list[str]] = {}
    for name, reason in sorted({(ENTITIES[w.entity].fields[w.field].label, w.reason) for w in found.withheld}):
        reasons.setdefault(reason, []).append(name)
    return tuple(f"{', '.join(names)}: {reason}" for reason, names in reasons.items())


def to_html(report: Readable) -> str:
    """The report as one HTML page without scripts, links or outside files. Every value is escaped."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.facts)
    sections = "".join(_html_section(section) for section in report.sections)
    endings = "".join(_html_list(heading, sentences) for heading, sentences in report.endings)
    page = Template(resources.read_text("templates", "subject_report.html"))
    return page.substitute(
        title=escape(report.title), introduction=escape(report.opening), facts=facts, sections=sections, endings=endings
    )


def _html_list(heading: str, sentences: tuple[str, ...]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<section><h2>{escape(heading)}</h2><ul>{items}</ul></section>" if items else ""


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
    story += [Spacer(1, 3 * mm), text(report.opening, style(9))]
    for section in report.sections:
        story += _printed(section)
    for heading, sentences in report.endings:
        if sentences:
            printed = [text(sentence, style(9)) for sentence in sentences]
            story.append(KeepTogether([Spacer(1, 5 * mm), text(heading, style(12, bold=True)), *printed]))
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
