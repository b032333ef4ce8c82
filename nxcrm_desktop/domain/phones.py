"""Phone numbers: stored as E.164, shown as people in India write them."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat

from nxcrm_desktop.domain.problems import ValueProblem

HOME_REGION = "IN"
_HOME_CODE = "+91"
# Numbers that begin with 9 are all mobile and shown alike; a list paints thousands of them while it scrolls.
_NINE = re.compile(r"\+91(9[0-9]{4})([0-9]{5})")
# Ten digits as people group them, with or without the country code.
_TEN_DIGITS = re.compile(r"(\+91[ -]?)?([0-9](?:[ -]?[0-9]){9})")


def to_e164(text: str, region: str = HOME_REGION) -> str:
    """E.164 of a number as typed. Raises ValueProblem unless it is valid in its region: a number is never guessed."""
    mobile = _home_mobile(text, region)
    if mobile is not None:
        return mobile
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise ValueProblem("not_a_phone", f"“{text}” is not a phone number.") from None
    if not phonenumbers.is_valid_number(number):
        raise ValueProblem("not_a_phone", f"“{text}” is not a valid phone number ({region}).")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _home_mobile(text: str, region: str) -> str | None:
    """E.164 of an Indian mobile number in a plain form; None leaves the text to the full check, which is far slower."""
    found = _TEN_DIGITS.fullmatch(text)
    if found is None or (found[1] is None and region != HOME_REGION):
        return None
    digits = found[2].replace(" ", "").replace("-", "")
    return _HOME_CODE + digits if _mobile_pattern().fullmatch(digits) else None


@cache
def _mobile_pattern() -> re.Pattern[str]:
    """The library's own pattern of Indian mobile numbers, so that both ways always agree."""
    home = PhoneMetadata.metadata_for_region(HOME_REGION)
    pattern = home.mobile.national_number_pattern if home is not None and home.mobile is not None else None
    assert pattern is not None, "the library knows the mobile numbers of India"
    return re.compile(pattern)


def is_e164(text: str) -> bool:
    """Whether the text is a valid number in E.164 form."""
    try:
        return text.startswith("+") and to_e164(text) == text
    except ValueProblem:
        return False


def display(e164: str) -> str:
    """``98765 43210`` at home, the international form elsewhere; what does not parse is shown as it is."""
    nine = _NINE.fullmatch(e164)
    if nine is not None:
        return f"{nine[1]} {nine[2]}"
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    home = phonenumbers.region_code_for_number(number) == HOME_REGION
    shape = PhoneNumberFormat.INTERNATIONAL
    text = phonenumbers.format_number(number, shape)
    return text.removeprefix("+91 ") if home else text


def national_digits(e164: str) -> str:
    """The digits without the country code, for search: +919876543210 → 9876543210."""
    try:
        return str(phonenumbers.parse(e164, None).national_number)
    except NumberParseException:
        return "".join(ch for ch in e164 if ch.isdigit())
