"""Names and words for comparing and finding: folded, and brought into Latin letters from Indian scripts."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# First code point of each script's Unicode block (128 long) → its name in indic-transliteration.
_SCRIPTS = {
    0x0900: "devanagari", 0x0980: "bengali", 0x0A00: "gurmukhi", 0x0A80: "gujarati", 0x0B00: "oriya",
    0x0B80: "tamil", 0x0C00: "telugu", 0x0C80: "kannada", 0x0D00: "malayalam",
}  # fmt: skip
_INDIC = re.compile(r"[\u0900-\u0d7f]+")
_WORDS = re.compile(r"[^\W_]+(?:[\u0900-\u0d7f\u200c\u200d]*[^\W_]+)*[\u0900-\u0d7f]*")


def fold(text: str) -> str:
    """Case-folded, compatibility-normalised, Latin letters without accents; vowel signs of Indian scripts stay."""
    decomposed = unicodedata.normalize("NFKD", text)
    kept = "".join(ch for ch in decomposed if not 0x0300 <= ord(ch) <= 0x036F)
    return unicodedata.normalize("NFKC", kept).casefold()


def words(text: str) -> list[str]:
    """The folded words of a text, in order, letters and digits only."""
    return _WORDS.findall(fold(text))


def latin(text: str) -> str:
    """The folded text with words in Indian scripts spelt in plain Latin letters: रवि कुमार → ravi kumar."""
    return _INDIC.sub(lambda found: _romanise(found.group()), fold(text))


@lru_cache(maxsize=50_000)
def _romanise(word: str) -> str:
    from indic_transliteration import sanscript  # slow to import, and most names are Latin

    script = _SCRIPTS[ord(word[0]) & ~0x7F]
    spelt = fold(sanscript.transliterate(word, script, sanscript.IAST))
    spelt = re.sub("[^a-z]", "", spelt)
    # The inherent vowel at the end of a word is written but not spoken in most modern languages (रमेश → ramesh).
    silent = len(spelt) > 2 and spelt.endswith("a") and unicodedata.category(word[-1]) == "Lo"
    return spelt[:-1] if silent and script != "tamil" else spelt
