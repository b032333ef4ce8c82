"""No name that a stranger chose leaves its folder, hides its kind, or troubles a file system."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.documents.file_names import MAX_BYTES, safe_name


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("रजिस्ट्रेशन प्रमाणपत्र.pdf", "रजिस्ट्रेशन प्रमाणपत्र.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/", "document"),
        ("..", "document"),
        ("", "document"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("LPT1 .pdf", "_LPT1 .pdf"),
        ("COM¹.pdf", "_COM¹.pdf"),
        ("console.txt", "console.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\nc\x1b.pdf", "abc.pdf"),
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ("क्\u200dष.pdf", "क्\u200dष.pdf"),
        ('a<b>c:d"e|f?g*h.pdf', "a_b_c_d_e_f_g_h.pdf"),
        ("  trailing. . ", "trailing"),
        (".hidden", "hidden"),
        ("C:\\temp\\x.pdf", "x.pdf"),
        ("report.pdf:stream", "report.pdf_stream"),
    ],
)
def test_known_traps(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


def test_three_hundred_characters_keep_their_suffix() -> None:
    assert safe_name("x" * 300 + ".pdf") == "x" * 196 + ".pdf"
    assert len(safe_name("न" * 300 + ".pdf").encode()) <= MAX_BYTES
    assert safe_name("न" * 300 + ".pdf").endswith("न.pdf")


@given(st.text(max_size=400))
def test_any_name_becomes_a_plain_name_of_one_folder(text: str) -> None:
    name = safe_name(text)
    assert name
    assert len(name.encode()) <= MAX_BYTES
    assert Path(name).name == PureWindowsPath(name).name == name
    assert not PureWindowsPath(name).is_reserved()
    assert not any(unicodedata.bidirectional(c) in {"RLO", "LRO", "RLE", "LRE", "RLI"} for c in name)
    assert safe_name(name) == name
