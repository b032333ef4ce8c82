"""Reports as PDF: A4, bundled fonts, headings repeated on every page, "page x of y". All text is text, never markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table, TableStyle

import resources
from nxcrm_desktop.domain import clock
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.table import Bar, ReportDocument, ReportTable, written
from nxcrm_desktop.security.files import write_atomically

TEXT, MUTED, LINE, TINT, ACCENT = (HexColor(c) for c in ("#1B1F24", "#57606A", "#D0D7DE", "#F6F7F9", "#0B5CAD"))
MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
_FONTS = {
    "Noto": "NotoSans-Regular.ttf",
    "Noto-Bold": "NotoSans-SemiBold.ttf",
    "NotoDeva": "NotoSansDevanagari-Regular.ttf",
    "NotoDeva-Bold": "NotoSansDevanagari-SemiBold.ttf",
}
Cancelled = Callable[[], bool]


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    for name, file in _FONTS.items():
        data = resources.read_bytes("fonts", file)
        pdfmetrics.registerFont(TTFont(name, BytesIO(data), shapable=True))


def style(
    size: float = 9, *, bold: bool = False, right: bool = False, colour: HexColor = TEXT, heads: bool = False
) -> ParagraphStyle:
    """A paragraph style of the house: Noto Sans, shaped. ``heads``: stays on the page of what follows it."""
    _register_fonts()
    return ParagraphStyle(
        f"s{size}{bold}{right}{heads}{colour.hexval()}",
        fontName="Noto-Bold" if bold else "Noto",
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        alignment=TA_RIGHT if right else 0,
        shaping=1,
        splitLongWords=1,
        keepWithNext=int(heads),
        spaceAfter=2 * mm if heads else 0,
    )


def text(value: str, of: ParagraphStyle) -> Paragraph:
    """A paragraph of plain text. Runs in Devanagari are set in the Devanagari font, which has no Latin letters."""
    return Paragraph("".join(_run(part, of.fontName) for part in _runs(value)), of)


def _runs(value: str) -> list[str]:
    if value.isascii():
        return [value]
    marks = [0, *(i for i in range(1, len(value)) if _devanagari(value[i]) != _devanagari(value[i - 1])), len(value)]
    return [value[a:b] for a, b in pairwise(marks)]


def _devanagari(character: str) -> bool:
    return "\u0900" <= character <= "\u097f"


def _run(part: str, font: str) -> str:
    safe = escape(part).replace("\n", "<br/>")
    if part and _devanagari(part[0]):
        return f'<font name="{font.replace("Noto", "NotoDeva", 1)}">{safe}</font>'
    return safe


def write_report(report: ReportDocument, path: Path, cancelled: Cancelled = lambda: False) -> int:
    """Draw the report into a new file at ``path`` and return the number of pages. Nothing is left behind on failure."""
    return write_pdf(path, report.title, _story(report), made_by=report.made_by, cancelled=cancelled)


def write_pdf(
    path: Path, title: str, story: Sequence[Flowable], *, made_by: str = "", cancelled: Cancelled = lambda: False
) -> int:
    """Lay out flowables under the house's header and footer; atomic; returns the number of pages."""
    content, pages = draw_pdf(title, story, made_by=made_by, cancelled=cancelled)
    write_atomically(path, content)
    return pages


def draw_pdf(
    title: str, story: Sequence[Flowable], *, made_by: str = "", cancelled: Cancelled = lambda: False
) -> tuple[bytes, int]:
    """The same in memory: the file's bytes and the number of pages. NxcrmError ``cancelled``."""
    buffer = BytesIO()
    canvases: list[_NumberedCanvas] = []
    footer = f"{made_by} · {clock.local_datetime(clock.now_ms()):%d-%m-%Y %H:%M}" if made_by else ""
    document = BaseDocTemplate(
        buffer, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=18 * mm,
        title=title, author=made_by, creator="nxcrm", lang="en-IN",
    )  # fmt: skip
    frame = Frame(MARGIN, 18 * mm, WIDTH, A4[1] - MARGIN - 18 * mm, 0, 0, 0, 0)

    def check(_canvas: Canvas, _document: BaseDocTemplate) -> None:
        if cancelled():
            raise _Stopped

    def canvas(*args: Any, **kwargs: Any) -> _NumberedCanvas:
        canvases.append(_NumberedCanvas(*args, footer=footer, **kwargs))
        return canvases[-1]

    document.addPageTemplates(PageTemplate("page", [frame], onPage=check))
    try:
        document.build(list(story), canvasmaker=canvas)
    except _Stopped:
        raise NxcrmError("cancelled", "The report was stopped.", safe="No file was written.") from None
    return buffer.getvalue(), canvases[-1].pages


class _Stopped(Exception):
    """Leaves the layout; reportlab makes such exceptions anew with a text, so it takes any arguments."""


class _NumberedCanvas(Canvas):  # type: ignore[misc] # reportlab carries no types
    """Holds pages back until their number is known, then writes "page x of y"."""

    def __init__(self, *args: Any, footer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._footer = footer
        self._held: list[dict[str, Any]] = []

    @property
    def pages(self) -> int:
        """How many pages were made."""
        return len(self._held)

    def showPage(self) -> None:
        self._held.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self._held, start=1):
            held = self._held
            self.__dict__.update(state)
            self._held = held
            self._draw_footer(number, len(held))
            super().showPage()
        super().save()

    def _draw_footer(self, number: int, of: int) -> None:
        self.setFont("Noto", 7.5)
        self.setFillColor(MUTED)
        self.drawString(MARGIN, 10 * mm, self._footer)
        self.drawRightString(A4[0] - MARGIN, 10 * mm, f"Page {number} of {of}")


def _story(report: ReportDocument) -> list[Flowable]:
    story: list[Flowable] = [text(report.title, style(18, bold=True)), Spacer(1, 2 * mm)]
    story += [text(f"{name}: {value}", style(8.5, colour=MUTED)) for name, value in report.facts]
    if report.bars:
        story += [Spacer(1, 5 * mm), text(report.bars_title, style(11, bold=True)), Spacer(1, 2 * mm)]
        story.append(_Bars(report.bars))
    for one in report.tables:
        story += [Spacer(1, 6 * mm), *_table(one)]
    return story


def _table(one: ReportTable) -> list[Flowable]:
    title = text(one.title, style(11, bold=True, heads=True))
    if not one.rows:
        return [title, text("Nothing to show.", style(9, colour=MUTED))]
    heads = [text(c.heading, style(8, bold=True, right=c.form.is_number, colour=MUTED)) for c in one.columns]
    bodies = [[_cell(one, i, value) for i, value in enumerate(row)] for row in one.rows]
    totals = [[_cell(one, i, value, bold=True) for i, value in enumerate(one.total)]] if one.total else []
    weights = sum(c.weight for c in one.columns)
    table = Table(
        [heads, *bodies, *totals], colWidths=[WIDTH * c.weight / weights for c in one.columns], repeatRows=1,
        style=_rules(has_total=bool(totals)),
    )  # fmt: skip
    note = [Spacer(1, 1.5 * mm), text(one.note, style(8, colour=MUTED))] if one.note else []
    return [title, table, *note]


def _cell(one: ReportTable, index: int, value: str | int | None, *, bold: bool = False) -> Paragraph:
    column = one.columns[index]
    shown = "" if value is None and bold else written(column.form, value)
    return text(shown, style(8.5, bold=bold, right=column.form.is_number))


def _rules(*, has_total: bool) -> TableStyle:
    rules: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, MUTED),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    if has_total:
        rules += [("BACKGROUND", (0, -1), (-1, -1), TINT), ("LINEABOVE", (0, -1), (-1, -1), 0.8, MUTED)]
    return TableStyle(rules)


class _Bars(Flowable):  # type: ignore[misc] # reportlab carries no types
    """Horizontal bars, drawn as vectors; every bar has its name and its value in words, not only its length."""

    _row = 6.2 * mm
    _names = 42 * mm
    _captions = 46 * mm

    def __init__(self, bars: Sequence[Bar]) -> None:
        super().__init__()
        self._bars = bars
        self.width, self.height = WIDTH, self._row * len(bars)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        longest = max((bar.value for bar in self._bars), default=0) or 1
        space = self.width - self._names - self._captions
        for index, bar in enumerate(self._bars):
            self._draw_bar(bar, self.height - (index + 1) * self._row, space * bar.value / longest)

    def _draw_bar(self, bar: Bar, y: float, length: float) -> None:
        name, caption = text(bar.name, style(8.5)), text(bar.caption, style(8.5, colour=MUTED))
        for paragraph, x, width in (
            (name, 0, self._names - 2 * mm),
            (caption, self._names + length + 2 * mm, self._captions),
        ):
            paragraph.wrap(width, self._row)
            paragraph.drawOn(self.canv, x, y + 1.1 * mm)
        if bar.value:
            self.canv.setFillColor(ACCENT)
            self.canv.roundRect(self._names, y + 1.2 * mm, max(length, 0.6), self._row - 2.4 * mm, 1, stroke=0, fill=1)
