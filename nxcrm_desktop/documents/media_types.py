"""What a file is, told by its content: names lie."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

UNKNOWN = "application/octet-stream"
PDF = "application/pdf"
TEXT = "text/plain"
_PDF_HEADER_WITHIN = 1024
_LOCAL_HEADER = b"PK\x03\x04"

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"#!", "text/x-script"),
)
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_HEIF = (b"heic", b"heix", b"mif1", b"msf1")


def media_type(data: bytes) -> str:
    """The media type (RFC 6838) of a file by its first bytes (64 KiB are plenty); ``UNKNOWN`` if none we know."""
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return PDF
    if data.startswith(_LOCAL_HEADER):
        return _archive(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        return "image/heif"
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    return TEXT if _is_text(data) else UNKNOWN


def _archive(data: bytes) -> str:
    """A ZIP, or the office document it is: told by the names before each entry, so that the beginning is enough."""
    names = list(_entry_names(data))
    if b"[Content_Types].xml" in names:
        for folder, kind in _OFFICE:
            if any(name.startswith(folder) for name in names):
                return kind
    return "application/zip"


def _entry_names(data: bytes) -> Iterator[bytes]:
    """The names in a ZIP's local file headers (APPNOTE 4.3.7), as far as they are there. Nothing is unpacked."""
    for header in re.finditer(_LOCAL_HEADER, data):
        length = int.from_bytes(data[header.start() + 26 : header.start() + 28], "little")
        yield data[header.start() + 30 : header.start() + 30 + length]


def _is_text(data: bytes) -> bool:
    if not data or b"\x00" in data:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)  # a letter cut off at the end is no error
    except UnicodeDecodeError:
        return False
    return True
