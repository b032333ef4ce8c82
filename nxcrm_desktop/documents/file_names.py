"""File names that are safe on every system, made of names that strangers chose."""

from __future__ import annotations

import re
import unicodedata

MAX_BYTES = 200
"""File systems allow 255 bytes; some are left for a copy's number."""
_FALLBACK = "document"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # Indian scripts need them inside words
_LONGEST_SUFFIX = 16


def safe_name(text: str) -> str:
    """A name without folders, control and direction characters, reserved words, or too much length.

    Both kinds of slash separate folders, whatever system the name came from. The suffix survives. Never empty.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    visible = "".join(c for c in last if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE)
    name = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", visible)).strip(" .")
    if _RESERVED.fullmatch(name.partition(".")[0].strip()):
        name = f"_{name}"
    return _shortened(name) or _FALLBACK


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    room = MAX_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + dot + suffix
