"""Pictures of documents, made in memory from files that nobody vouches for: small, bounded, never executed."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from nxcrm_desktop.documents.media_types import PDF, media_type
from nxcrm_desktop.errors import NxcrmError

MAX_SOURCE_PIXELS = 60_000_000
"""A phone's largest photograph; beyond it lie decompression bombs."""
MAX_SIDE = 4096
_FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
_POINTS_PER_INCH = 72.0
_MIN_SCALE = 0.01
_PDFIUM = threading.Lock()  # pdfium serves one thread at a time


def preview_png(data: bytes, *, page: int = 0, side: int = 1200) -> bytes:
    """A PNG of one page of a PDF, or of an image, no longer than ``side`` pixels on either side.

    NxcrmError ``preview_unavailable`` for every other kind and for what is damaged, encrypted or too large.
    """
    return page_png(data, page=page, side=side) if media_type(data) == PDF else image_png(data, side=side)


def page_count(data: bytes) -> int:
    """How many pages a PDF has. NxcrmError ``preview_unavailable``."""
    with _opened(data) as document:
        return len(document)


def page_png(data: bytes, *, page: int = 0, side: int = 1200) -> bytes:
    """Page ``page`` (from 0) of a PDF as PNG."""
    with _opened(data) as document:
        if not 0 <= page < len(document):
            raise _unavailable("it has no such page")
        try:
            picture = _rendered(document[page], _bounded(side))
        except (pypdfium2.PdfiumError, ValueError, MemoryError) as problem:
            raise _unavailable("it is damaged") from problem
    return _png(picture)


def image_png(data: bytes, *, side: int = 1200) -> bytes:
    """An image, upright, as PNG of at most ``side`` pixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata and of large pictures: the limit below is ours
            with Image.open(BytesIO(data), formats=_FORMATS) as picture:
                return _png(_reduced(picture, _bounded(side)))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as problem:
        raise _unavailable("it is no picture, or a damaged one") from problem


@contextmanager
def _opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as problem:
            raise _unavailable("it is damaged or needs a password") from problem
        with document:
            yield document


def _rendered(page: pypdfium2.PdfPage, side: int) -> Image.Image:
    """The scale follows the page's size: a page of 100 metres makes no larger a picture than one of A4."""
    width, height = page.get_size()
    scale = side / max(width, height, _POINTS_PER_INCH)
    if scale < _MIN_SCALE:
        raise ValueError("page of absurd size")
    picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
    return picture


def _reduced(picture: Image.Image, side: int) -> Image.Image:
    width, height = picture.size
    if width * height > MAX_SOURCE_PIXELS:
        raise _unavailable("the picture is too large")
    picture.draft("RGB", (side, side))  # JPEG: decode small from the start
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((side, side))
    return upright if upright.mode in {"RGB", "RGBA", "L", "LA"} else upright.convert("RGBA")


def _png(picture: Image.Image) -> bytes:
    target = BytesIO()
    picture.save(target, "PNG")  # a new file: no metadata of the old one, such as where a photograph was taken
    return target.getvalue()


def _bounded(side: int) -> int:
    return max(1, min(side, MAX_SIDE))


def _unavailable(why: str) -> NxcrmError:
    return NxcrmError(
        "preview_unavailable",
        f"This document cannot be shown here: {why}.",
        safe="The document itself is stored as it was.",
        todo="Save it to a file to open it in another program, if you trust it.",
    )
