"""Money: integer paise, written with Indian grouping (lakh and crore). Never a float."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from nxcrm_desktop.domain.problems import ValueProblem

MAX_PAISE = 10**15
"""Ten lakh crore rupees. Sums over thousands of the largest amounts still fit 64 bits, as databases add them up."""
_NUMBER = re.compile(r"^([0-9]+|[0-9]{1,3}(?:,[0-9]{2,3})*(?:,[0-9]{3}))(?:\.([0-9]{1,2}))?$")
_MULTIPLIERS = {
    "k": 1_000, "thousand": 1_000, "hazaar": 1_000,
    "l": 100_000, "lac": 100_000, "lakh": 100_000, "lakhs": 100_000, "lacs": 100_000, "लाख": 100_000,
    "cr": 10_000_000, "crore": 10_000_000, "crores": 10_000_000, unicodedata.normalize("NFC", "करोड़"): 10_000_000,
}  # fmt: skip
_SCALED = re.compile(r"^([0-9]+(?:\.[0-9]{1,7})?)\s*([^\s0-9.,]+)$")
_DEVANAGARI_DIGITS = str.maketrans("०१२३४५६७८९", "0123456789")


def group_indian(digits: str) -> str:
    """Digits with Indian grouping: 12345678 → 1,23,45,678."""
    if len(digits) <= 3:
        return digits
    head, tail = digits[:-3], digits[-3:]
    first = len(head) % 2
    pairs = [head[:first]] if first else []
    pairs += [head[i : i + 2] for i in range(first, len(head), 2)]
    return ",".join([*pairs, tail])


def format_inr(paise: int, *, symbol: str = "₹") -> str:
    """``₹1,23,456`` or, with paise, ``₹1,23,456.50``; a minus sign goes before the symbol."""
    rupees, rest = divmod(abs(paise), 100)
    sign = "−" if paise < 0 else ""
    fraction = f".{rest:02d}" if rest else ""
    return f"{sign}{symbol}{group_indian(str(rupees))}{fraction}"


def parse_inr(text: str) -> int:
    """Paise from what a person types: ``4,50,000``, ``₹ 4.5 lakh``, ``1250.50``. Raises ValueProblem; never rounds."""
    cleaned = unicodedata.normalize("NFC", text.strip().translate(_DEVANAGARI_DIGITS).lower())
    cleaned = re.sub(r"^(₹|rs\.?|inr)\s*", "", cleaned).removesuffix("/-").strip()
    if plain := _NUMBER.match(cleaned):
        rupees, fraction = plain.group(1).replace(",", ""), plain.group(2) or ""
        return _bounded(int(rupees) * 100 + int(fraction.ljust(2, "0") or 0), text)
    if (scaled := _SCALED.match(cleaned)) and scaled.group(2) in _MULTIPLIERS:
        exact = Decimal(scaled.group(1)) * _MULTIPLIERS[scaled.group(2)] * 100
        if exact == exact.to_integral_value():
            return _bounded(int(exact), text)
    raise ValueProblem("not_money", f"“{text}” is not an amount of rupees.")


def _bounded(paise: int, text: str) -> int:
    if paise > MAX_PAISE:
        raise ValueProblem("too_large", f"“{text}” is too large an amount.")
    return paise
