"""What a password must be: long, not guessable, any script. No rotation, no character rules (NIST SP 800-63B).

The strength is an estimate of the guesses an informed attacker needs: known words, names, keyboard runs, years and
repetitions count for little, the rest for what its letters are worth. Device and server use it alike.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from nxcrm_desktop.errors import NxcrmError

MIN_LENGTH = 12
MIN_LENGTH_PASSWORD_ONLY = 14
"""Where no keyring helps, the password alone stands between a thief and the store."""
MAX_LENGTH = 1024
MIN_BITS = 40.0

_SCORES = (20.0, 30.0, MIN_BITS, 60.0)
_LEET = str.maketrans("013457@$!", "oleastasi")
_RUNS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb")
_YEAR = re.compile(r"(19[4-9]\d|20[0-4]\d)")
_WORD_BITS = 11.0  # a list of about 500 words, in four spellings
_RUN_BITS = 7.0
_YEAR_BITS = 6.0
_SYMBOL_BITS = 3.0  # people put the same few, between words and at the end
_SHORTEST_WORD = 3
_SHORTEST_PERSONAL = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """``bits``: estimated log2 of the guesses needed; ``score``: 0 (trivial) to 4 (strong); no ``problems``: fine."""

    bits: float
    score: int
    problems: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether the password may be used."""
        return not self.problems


def normalise(password: str) -> str:
    """The password in the one form that is hashed: NFKC, so that every keyboard's spelling of it is the same."""
    return unicodedata.normalize("NFKC", password)


def judge(password: str, *, min_length: int = MIN_LENGTH, personal: Iterable[str] = ()) -> Verdict:
    """Weighs a password. ``personal``: words it may not contain, such as the user's and the company's names."""
    text = normalise(password)
    bits = estimate_bits(text)
    score = sum(bits >= limit for limit in _SCORES)
    return Verdict(bits, score, tuple(_problems(text, bits, min_length, personal)))


def require(password: str, *, min_length: int = MIN_LENGTH, personal: Iterable[str] = ()) -> None:
    """Raises NxcrmError ``weak_password`` with every reason when the password may not be used."""
    verdict = judge(password, min_length=min_length, personal=personal)
    if not verdict.accepted:
        raise NxcrmError(
            "weak_password",
            "This password is not strong enough: " + "; ".join(verdict.problems) + ".",
            safe="Your password was not changed.",
            todo="Take four or more unrelated words, in any language, or let a password manager make one.",
            details={"score": verdict.score, "min_length": min_length},
        )


def estimate_bits(text: str) -> float:
    """Estimated log2 of the number of guesses; never more than the letters themselves are worth."""
    plain = text[:MAX_LENGTH].casefold()
    period = _period(plain)
    if period < len(plain):
        return estimate_bits(text[:period]) + math.log2(len(plain) / period)
    bits, at = 0.0, 0
    per_letter = _bits_per_letter(text)
    while at < len(plain):
        length, worth = _known_piece(plain, at)
        bits += min(worth, length * per_letter if plain[at].isalnum() else _SYMBOL_BITS * length)
        at += length
    return bits


def _problems(text: str, bits: float, min_length: int, personal: Iterable[str]) -> Iterator[str]:
    if len(text) < min_length:
        yield f"it needs at least {min_length} characters"
    if len(text) > MAX_LENGTH:
        yield f"it may have at most {MAX_LENGTH} characters"
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
        yield "it holds a character that cannot be typed again"
    if any(word in spelling for word in _personal_words(personal) for spelling in _spellings(text.casefold())):
        yield "it contains your name, your user name or the company's name"
    if bits < MIN_BITS:
        yield "it is made of common words, names or patterns that are guessed first"


def _personal_words(personal: Iterable[str]) -> set[str]:
    pieces = (piece for text in personal for piece in re.split(r"[\W_]+", normalise(text).casefold()))
    return {piece for piece in pieces if len(piece) >= _SHORTEST_PERSONAL}


def _spellings(plain: str) -> tuple[str, str]:
    return plain, plain.translate(_LEET)


def _period(text: str) -> int:
    """Length of the shortest piece whose repetition is the text."""
    return (text + text).find(text, 1) if text else 0


def _bits_per_letter(text: str) -> float:
    pool = 0
    pool += 26 * any(letter.islower() or letter.isalpha() for letter in text)
    pool += 26 * (any(map(str.isupper, text)) and any(map(str.islower, text[1:])))
    pool += 10 * any(map(str.isdigit, text))
    pool += 20 * any(not letter.isalnum() for letter in text)
    # A letter like the ones around it is worth less: count how many different ones there are.
    return math.log2(max(2, min(pool, 4 * len(set(text)))))


def _known_piece(plain: str, at: int) -> tuple[int, float]:
    """(length, bits) of the longest known piece that begins here; a single unknown letter is worth what letters are."""
    candidates = [(_word_length(plain, at), _WORD_BITS), (_run_length(plain, at), _RUN_BITS)]
    if _YEAR.match(plain, at):
        candidates.append((4, _YEAR_BITS))
    length, worth = max(candidates)
    return (length, worth) if length >= _SHORTEST_WORD else (1, math.inf)


def _word_length(plain: str, at: int) -> int:
    words, longest = _common_words()
    spellings = _spellings(plain[at : at + longest])
    for length in range(len(spellings[0]), _SHORTEST_WORD - 1, -1):
        if any(spelling[:length] in words for spelling in spellings):
            return length
    return 0


def _run_length(plain: str, at: int) -> int:
    """How far a keyboard row, the alphabet, the digits or one repeated letter goes on from here, forth or back."""
    same = len(plain) - at - len(plain[at:].lstrip(plain[at]))
    return max(same, *(_follows(plain, at, row) for run in _RUNS for row in (run, run[::-1])))


def _follows(plain: str, at: int, row: str) -> int:
    start = row.find(plain[at])
    if start < 0:
        return 0
    length = 0
    for typed, expected in zip(plain[at:], row[start:], strict=False):
        if typed != expected:
            break
        length += 1
    return length


@cache
def _common_words() -> tuple[frozenset[str], int]:
    text = resources.files("resources").joinpath("security/common_words.txt").read_text(encoding="utf-8")
    words = frozenset(text.split())
    return words, max(map(len, words))
