"""Values and their columns: check a machine's value, read what a person typed, show what is stored."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime

from nxcrm_desktop.domain import clock, identifiers, money, phones
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.ids import is_id
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
# Instants that every calendar routine can hold: the years 1900 to 9998.
_INSTANT_MIN, _INSTANT_MAX = -2_208_988_800_000, 253_370_764_800_000
# The category Cc, and the same less the tab and the line feed.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_DIGEST = re.compile("[0-9a-f]{64}")
_DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %b, %Y", "%d %B %Y")
_TIME_FORMATS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_BOOLS = {"yes": 1, "true": 1, "1": 1, "y": 1, "हाँ": 1, "no": 0, "false": 0, "0": 0, "n": 0, "नहीं": 0}


def normalise(facts: Facts, value: object) -> Value:
    """The value as it is stored, or a ValueProblem. For values from programs and from the wire.

    Empty text becomes null; text is NFC without control characters (a line feed and a tab may stand in long texts).
    """
    if value is None or value == "":
        return _optional(facts)
    if facts.kind.is_integer:
        return _integer(facts, value)
    if not isinstance(value, str):
        raise ValueProblem("not_text", f"{facts.label} must be text.")
    text = _clean(facts, value)
    if not text:
        return _optional(facts)
    return _CHECKS.get(facts.kind, _plain)(facts, text)


def parse(facts: Facts, text: str, *, region: str = phones.HOME_REGION) -> Value:
    """What a person or a file wrote, as a value. Raises ValueProblem rather than guess."""
    stripped = text.strip()
    if not stripped:
        return _optional(facts)
    if facts.kind is Kind.PHONE:
        return phones.to_e164(stripped, region)
    reader = _READERS.get(facts.kind)
    return normalise(facts, reader(facts, stripped) if reader else stripped)


def display(facts: Facts, value: Value) -> str:
    """A value for a person's eyes (plain text, English labels); null is the empty string."""
    if value is None:
        return ""
    writer = _WRITERS.get(facts.kind)
    return writer(facts, value) if writer else str(value)


def machine(facts: Facts, value: Value) -> object:
    """A value as JSON for other programs: ISO 8601 UTC instants, lists of tags, booleans, money in paise."""
    if value is None:
        return None
    match facts.kind:
        case Kind.INSTANT:
            return clock.to_iso(int(value))
        case Kind.BOOL:
            return bool(value)
        case Kind.TAGS:
            return unpack_tags(value)
        case Kind.JSON:
            return json.loads(str(value))
    return value


def _optional(facts: Facts) -> Value:
    if facts.required:
        raise ValueProblem("missing_value", f"{facts.label} is missing.")
    return None


def _clean(facts: Facts, value: str) -> str:
    if value.isascii() and value.isprintable() and len(value) <= facts.max_length:  # most values: nothing to put right
        return value.strip() if facts.kind is not Kind.LONG_TEXT else value.rstrip()
    control = _CONTROL_BUT_BREAKS if facts.kind in (Kind.LONG_TEXT, Kind.JSON) else _CONTROL
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueProblem("not_text", f"{facts.label} contains characters that are not text.") from None
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    if control.search(text):
        raise ValueProblem("control_character", f"{facts.label} contains a control character.")
    if len(text) > facts.max_length:
        raise ValueProblem("too_long", f"{facts.label} is longer than {facts.max_length} characters.")
    return text.strip() if facts.kind is not Kind.LONG_TEXT else text.rstrip()


def _integer(facts: Facts, value: object) -> int:
    if isinstance(value, bool) and facts.kind is Kind.BOOL:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueProblem("not_a_number", f"{facts.label} must be a whole number.")
    if not INT64_MIN <= value <= INT64_MAX or (facts.kind is Kind.MONEY and abs(value) > money.MAX_PAISE):
        raise ValueProblem("too_large", f"{facts.label} is too large.")
    if facts.kind is Kind.BOOL and value not in (0, 1):
        raise ValueProblem("not_a_bool", f"{facts.label} must be yes or no.")
    if facts.kind is Kind.INSTANT and not _INSTANT_MIN <= value <= _INSTANT_MAX:
        raise ValueProblem("not_a_time", f"{facts.label} is outside the years 1900 to 9998.")
    if facts.minimum is not None and value < facts.minimum:
        raise ValueProblem("too_small", f"{facts.label} must be at least {display(facts, facts.minimum)}.")
    return value


def _plain(_facts: Facts, text: str) -> str:
    return text


def _id(facts: Facts, text: str) -> str:
    if not is_id(text):
        raise ValueProblem("not_an_id", f"{facts.label} must be an id.")
    return text


def _phone(facts: Facts, text: str) -> str:
    if not phones.is_e164(text):
        raise ValueProblem("not_a_phone", f"{facts.label} must be a phone number in international form (+91…).")
    return text


def _choice(facts: Facts, text: str) -> str:
    if text not in {value for value, _ in facts.choices}:
        allowed = ", ".join(value for value, _ in facts.choices)
        raise ValueProblem("not_a_choice", f"{facts.label} must be one of: {allowed}.")
    return text


def _stage(facts: Facts, text: str) -> str:
    if not text.replace("_", "").isalnum():
        raise ValueProblem("not_a_stage", f"{facts.label} must be the key of a stage.")
    return text


def _date(facts: Facts, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueProblem("not_a_date", f"{facts.label} must be a date (YYYY-MM-DD).") from None
    return day.isoformat()


def _json(facts: Facts, text: str) -> str:
    try:
        # NaN and numbers beyond a double would be written as words that are no JSON.
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    except (ValueError, RecursionError):
        raise ValueProblem("not_json", f"{facts.label} must be JSON.") from None


def _sha256(facts: Facts, text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueProblem("not_a_digest", f"{facts.label} must be 64 hexadecimal digits.")
    return text


def _tags(facts: Facts, text: str) -> str | None:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        loaded = None
    if not isinstance(loaded, list) or not all(isinstance(tag, str) for tag in loaded):
        raise ValueProblem("not_tags", f"{facts.label} must be a JSON list of words.")
    return pack_tags(loaded)


def pack_tags(tags: list[str]) -> str | None:
    """Tags as they are stored: distinct, trimmed, sorted, canonical JSON; null when there are none."""
    distinct = sorted({tag.strip() for tag in tags} - {""})
    return json.dumps(distinct, ensure_ascii=False, separators=(",", ":")) if distinct else None


def unpack_tags(value: Value) -> list[str]:
    """The tags of a stored value."""
    return list(json.loads(value)) if isinstance(value, str) and value else []


_CHECKS: Mapping[Kind, Callable[[Facts, str], Value]] = {
    Kind.ID: _id,
    Kind.REF: _id,
    Kind.PHONE: _phone,
    Kind.EMAIL: lambda _facts, text: identifiers.email(text),
    Kind.CHOICE: _choice,
    Kind.STAGE: _stage,
    Kind.DATE: _date,
    Kind.JSON: _json,
    Kind.TAGS: _tags,
    Kind.REGISTRATION: lambda _facts, text: identifiers.registration(text),
    Kind.GSTIN: lambda _facts, text: identifiers.gstin(text),
    Kind.PAN: lambda _facts, text: identifiers.pan(text),
    Kind.SHA256: _sha256,
}


def _read_integer(facts: Facts, text: str) -> int:
    digits = text.replace(",", "")
    if not digits.lstrip("-").isdecimal():
        raise ValueProblem("not_a_number", f"{facts.label}: “{text}” is not a whole number.")
    return int(digits)


def _read_bool(facts: Facts, text: str) -> int:
    try:
        return _BOOLS[text.casefold()]
    except KeyError:
        raise ValueProblem("not_a_bool", f"{facts.label}: “{text}” is neither yes nor no.") from None


def _read_date(facts: Facts, text: str) -> str:
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 (a calendar day has no zone)
        except ValueError:
            continue
    raise ValueProblem("not_a_date", f"{facts.label}: “{text}” is not a date (day-month-year).")


def _read_instant(facts: Facts, text: str) -> int:
    try:
        return clock.from_datetime(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    for day in _DATE_FORMATS:
        for hour in _TIME_FORMATS:
            try:
                return clock.from_datetime(datetime.strptime(text, day + hour))  # noqa: DTZ007 (Indian time is meant)
            except (ValueError, OverflowError):
                continue
    raise ValueProblem("not_a_time", f"{facts.label}: “{text}” is not a date and time.")


def _read_choice(facts: Facts, text: str) -> str:
    folded = text.casefold()
    for value, label in facts.choices:
        if folded in (value.casefold(), label.casefold()):
            return value
    return text


def _read_tags(_facts: Facts, text: str) -> str | None:
    return text if text.startswith("[") else pack_tags(text.split(","))


_READERS: Mapping[Kind, Callable[[Facts, str], object]] = {
    Kind.INTEGER: _read_integer,
    Kind.MONEY: lambda _facts, text: money.parse_inr(text),
    Kind.BOOL: _read_bool,
    Kind.DATE: _read_date,
    Kind.INSTANT: _read_instant,
    Kind.CHOICE: _read_choice,
    Kind.TAGS: _read_tags,
}


def _show_choice(facts: Facts, value: Value) -> str:
    return dict(facts.choices).get(str(value), str(value))


_WRITERS: Mapping[Kind, Callable[[Facts, Value], str]] = {
    Kind.MONEY: lambda _facts, value: money.format_inr(int(value or 0)),
    Kind.INTEGER: lambda facts, value: _grouped(int(value or 0)) if facts.grouped else str(value),
    Kind.BOOL: lambda _facts, value: "Yes" if value else "No",
    Kind.DATE: lambda _facts, value: date.fromisoformat(str(value)).strftime("%d-%m-%Y"),
    Kind.INSTANT: lambda _facts, value: clock.local_datetime(int(value or 0)).strftime("%d-%m-%Y %H:%M"),
    Kind.PHONE: lambda _facts, value: phones.display(str(value)),
    Kind.CHOICE: _show_choice,
    Kind.TAGS: lambda _facts, value: ", ".join(unpack_tags(value)),
}


def _grouped(number: int) -> str:
    return ("−" if number < 0 else "") + money.group_indian(str(abs(number)))
