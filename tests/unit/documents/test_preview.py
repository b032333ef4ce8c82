"""Previews are small, upright and free of metadata; hostile files end in a sentence, not in a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from nxcrm_desktop.documents import preview
from nxcrm_desktop.errors import NxcrmError


def _pdf(width: float = 595, height: float = 842, pages: int = 2, password: str = "") -> bytes:
    with pikepdf.new() as document:
        for _ in range(pages):
            page = document.add_blank_page()
            page.mediabox = pikepdf.Array([0, 0, width, height])
            page.Contents = document.make_stream(b"1 0 0 rg 0 0 100000 100000 re f")
        target = BytesIO()
        document.save(target, encryption=pikepdf.Encryption(owner=password, user=password) if password else None)
    return target.getvalue()


def _image(size: tuple[int, int], kind: str = "PNG", **options: object) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, "red").save(target, kind, **options)
    return target.getvalue()


def _opened(png: bytes) -> Image.Image:
    picture = Image.open(BytesIO(png))
    picture.load()
    return picture


def _refused(data: bytes, **options: int) -> None:
    with pytest.raises(NxcrmError, match="preview_unavailable"):
        preview.preview_png(data, **options)


def test_a_page_fits_the_side_it_is_asked_for() -> None:
    picture = _opened(preview.preview_png(_pdf(), page=1, side=600))
    assert max(picture.size) == 600
    assert picture.convert("RGB").getpixel((100, 100)) == (255, 0, 0)
    assert preview.page_count(_pdf(pages=3)) == 3


@pytest.mark.parametrize(("width", "height"), [(14400, 14400), (3, 14400), (1, 1), (200_000, 200_000)])
def test_pages_of_any_size_make_bounded_pictures(width: float, height: float) -> None:
    try:
        picture = _opened(preview.preview_png(_pdf(width, height, pages=1), side=500))
    except NxcrmError as problem:
        assert problem.code == "preview_unavailable"
    else:
        assert max(picture.size) <= 501


@pytest.mark.parametrize("page", [-1, 2, 10**9])
def test_a_page_that_is_not_there(page: int) -> None:
    _refused(_pdf(), page=page)


def test_an_encrypted_pdf_is_not_shown() -> None:
    _refused(_pdf(password="secret"))


@settings(max_examples=30)
@given(st.integers(0, 600), st.binary(min_size=1, max_size=40))
def test_damaged_pdfs_never_crash(at: int, rubbish: bytes) -> None:
    data = _pdf(pages=1)
    try:
        preview.preview_png(data[:at] + rubbish + data[at + len(rubbish) :])
    except NxcrmError as problem:
        assert problem.code == "preview_unavailable"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_images_are_reduced_and_never_enlarged(kind: str) -> None:
    assert _opened(preview.preview_png(_image((900, 300), kind), side=300)).size == (300, 100)
    assert _opened(preview.preview_png(_image((20, 10), kind), side=300)).size == (20, 10)


def test_a_photograph_is_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    exif[0x010F] = "Camera of Asha"
    png = preview.preview_png(_image((400, 200), "JPEG", exif=exif), side=100)
    assert _opened(png).size == (50, 100)
    assert b"Asha" not in png


def test_a_pixel_bomb_is_refused_unopened() -> None:
    bomb = BytesIO()
    Image.new("1", (10_000, 7_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 200_000
    _refused(bomb.getvalue())


def test_half_a_picture_and_other_files_are_refused() -> None:
    whole = _image((400, 400), "JPEG")
    for data in (
        whole[: len(whole) // 2],
        b"",
        b"plain text",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF",
    ):
        _refused(data)


def test_many_at_once() -> None:
    data = _pdf(pages=1)
    with ThreadPoolExecutor(4) as pool:
        assert len({*pool.map(lambda _: preview.preview_png(data, side=200), range(16))}) == 1
