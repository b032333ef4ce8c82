"""A file's kind is told by what is in it, never by what it is called."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from nxcrm_desktop.documents.media_types import media_type

OFFICE = "application/vnd.openxmlformats-officedocument."


def _image(kind: str) -> bytes:
    target = BytesIO()
    Image.new("RGB", (2, 2)).save(target, kind)
    return target.getvalue()


def _zip(*names: str) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x" * 1000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4", "application/pdf"),
        (_image("PNG"), "image/png"),
        (_image("JPEG"), "image/jpeg"),
        (_image("GIF"), "image/gif"),
        (_image("TIFF"), "image/tiff"),
        (_image("BMP"), "image/bmp"),
        (_image("WEBP"), "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00", "image/heif"),
        (_zip("[Content_Types].xml", "word/document.xml"), OFFICE + "wordprocessingml.document"),
        (_zip("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), OFFICE + "spreadsheetml.sheet"),
        (_zip("[Content_Types].xml", "ppt/presentation.xml")[:400], OFFICE + "presentationml.presentation"),
        (_zip("word/document.xml"), "application/zip"),
        (b"PK\x03\x04", "application/zip"),
        (b"MZ\x90\x00", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF\x02", "application/x-elf"),
        (b"#!/bin/sh\n", "text/x-script"),
        ("नमस्ते".encode(), "text/plain"),
        ("नमस्ते".encode()[:-1], "text/plain"),
        (b"a,b\n1,2\n", "text/plain"),
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_known_kinds(data: bytes, kind: str) -> None:
    assert media_type(data) == kind


@given(st.binary(max_size=200))
def test_any_bytes_have_a_kind(data: bytes) -> None:
    assert "/" in media_type(data)
    assert "/" in media_type(b"PK\x03\x04" + data)
