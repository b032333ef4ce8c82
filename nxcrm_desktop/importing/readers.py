"""Open a file by what is in it, not by what it is called."""

from __future__ import annotations

from pathlib import Path

from nxcrm_desktop.importing.csv_files import open_csv
from nxcrm_desktop.importing.source import MAX_BYTES, Source, refused
from nxcrm_desktop.importing.vcards import open_vcards
from nxcrm_desktop.importing.workbooks import open_workbook

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CARD = "BEGIN:VCARD"


def open_source(path: Path) -> Source:
    """The file as a source of rows, checked from end to end.

    Raises NxcrmError: file_missing, file_empty, file_binary, file_malformed, file_protected, one_column,
    wrong_encoding, too_large.
    """
    head = _head(path)
    if head.startswith((_ZIP, _OLE)):
        return open_workbook(path)
    if _begins_a_card(head):
        return open_vcards(path)
    return open_csv(path)


def _head(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        happened = f"{path.name} cannot be read: {(error.strerror or 'unknown reason').lower()}."
        raise refused("file_missing", happened, "Check the path and your permission to read it.") from None
    if not size:
        raise refused("file_empty", f"{path.name} is empty.", "Choose a file with rows in it.")
    if size > MAX_BYTES:
        happened = f"{path.name} is {size >> 20} MB; the limit is {MAX_BYTES >> 20} MB."
        raise refused("too_large", happened, "Split it into smaller files.")
    return head


def _begins_a_card(head: bytes) -> bool:
    codec = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return head.decode(codec, errors="replace").lstrip().upper().startswith(_CARD)
