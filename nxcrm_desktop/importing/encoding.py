"""Which encoding a text file is in: what it declares, what it obeys, and only then a guess that is told."""

from __future__ import annotations

import codecs
from pathlib import Path

from nxcrm_desktop.importing.source import refused

_HEAD = 65_536
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (
    b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"SQLite format 3", b"\x7fELF", b"MZ", b"\x1f\x8b", b"Rar!",
    b"7z\xbc\xaf", b"\xfd7zXZ", b"RIFF", b"OggS",
)  # fmt: skip
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 26, 27} | {127}
_BINARY_SHARE = 0.02
CP1252_NOTE = (
    "The file is not in Unicode and does not say what it is in; it was read as Windows-1252. "
    "Look at names with accents before you import."
)


def detect(path: Path) -> tuple[str, tuple[str, ...]]:
    """Name of the codec, and notes for the user. Raises NxcrmError ``file_binary`` or ``wrong_encoding``."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _declared(path, name)
    if name := _utf16_without_mark(head):
        return _declared(path, name)
    if head.startswith(_BINARY) or _looks_binary(head):
        raise refused("file_binary", f"{path.name} is not a text file.", "Choose a CSV, Excel or vCard file.")
    if _decodes(path, "utf-8"):
        return "utf-8", ()
    if _decodes(path, "cp1252"):
        return "cp1252", (CP1252_NOTE,)
    raise _unreadable(path, "in no encoding this program can recognise")


def _declared(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    if not _decodes(path, name):
        raise _unreadable(path, f"marked as {name.upper()}, but parts of it are not")
    return name, ()


def _unreadable(path: Path, how: str) -> Exception:
    return refused("wrong_encoding", f"{path.name} is {how}.", "Export it again as CSV in UTF-8.")


def _looks_binary(head: bytes) -> bool:
    strange = sum(byte in _CONTROLS for byte in head)
    return strange > len(head) * _BINARY_SHARE and strange > 4


def _utf16_without_mark(head: bytes) -> str:
    """UTF-16 of mostly Latin text has a NUL in every second byte."""
    sample = head[: len(head) // 2 * 2]
    if len(sample) < 8:
        return ""
    pairs = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > pairs * 0.6 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > pairs * 0.6 and odd == 0 else ""


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
