"""Phone numbers and addresses that are judged quickly are judged as the full checks would."""

from __future__ import annotations

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings, strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat

from nxcrm_desktop.domain import identifiers, phones
from nxcrm_desktop.domain.problems import ValueProblem

_SEPARATORS = st.sampled_from(["", "", "", " ", "-"])
_PREFIXES = st.sampled_from(["", "", "+91", "+91 ", "+91-", "91", "0", "+", "00 91 ", "(+91)", "+1", "+910"])
_DIGITS = st.text("0123456789", min_size=8, max_size=12)
_MOBILE = st.from_regex(phones._mobile_pattern(), fullmatch=True)
_LABEL = st.text("ab9-_+.X", min_size=1, max_size=8)
_TLD = st.sampled_from(
    ["com", "in", "co.in", "test", "local", "c", "example", "arpa", "onion", "1in", "xn--p1ai", "IN"]
)


def _phone(text: str, region: str) -> str | None:
    """The library's own opinion."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if valid else None


def _ours(text: str, region: str) -> str | None:
    try:
        return phones.to_e164(text, region)
    except ValueProblem:
        return None


@st.composite
def _typed_numbers(draw: st.DrawFn) -> str:
    digits = draw(st.one_of(_MOBILE, _DIGITS))
    return draw(_PREFIXES) + "".join(digit + draw(_SEPARATORS) for digit in digits).rstrip(" -")


@settings(max_examples=600)
@given(_typed_numbers(), st.sampled_from(["IN", "US", "GB"]))
@example("9198765432", "IN")
@example("+919876543210", "US")
@example("660-200-0001", "IN")
@example("91 98765 43210", "IN")
@example("٩٨٧٦٥٤٣٢١٠", "IN")
@example("9876543210\n", "IN")
def test_a_phone_number_is_what_the_library_says(text: str, region: str) -> None:
    assert _ours(text, region) == _phone(text, region)


@pytest.mark.parametrize("first", range(10))
def test_every_beginning_of_three_digits_is_judged_as_the_library_does(first: int) -> None:
    for head in range(first * 100, first * 100 + 100):
        for text in (f"{head:03}1234567", f"+91{head:03}8765432"):
            assert _ours(text, "IN") == _phone(text, "IN")


@given(st.integers(9_000_000_000, 9_999_999_999))
def test_a_number_is_shown_as_the_library_shows_it(number: int) -> None:
    known = phonenumbers.parse(f"+91{number}", None)
    assert phonenumbers.is_valid_number(known)
    shown = phonenumbers.format_number(known, PhoneNumberFormat.INTERNATIONAL)
    assert f"+91 {phones.display(f'+91{number}')}" == shown


def test_what_people_mostly_type_is_judged_quickly() -> None:
    for text in ("9876543210", "98765 43210", "+919876543210", "+91 98765-43210"):
        assert phones._home_mobile(text, "IN") == "+919876543210"
    assert identifiers._is_plain("ravi.kumar+cars@mail.example.co.in")


def _address(text: str) -> str | None:
    """The library's own opinion."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _our_address(text: str) -> str | None:
    try:
        return identifiers.email(text)
    except ValueProblem:
        return None


@st.composite
def _typed_addresses(draw: st.DrawFn) -> str:
    local = ".".join(draw(st.lists(_LABEL, min_size=1, max_size=4)))
    host = ".".join(draw(st.lists(_LABEL, max_size=3)))
    return f"{local}@{host}{'.' if host else ''}{draw(_TLD)}"


@settings(max_examples=600)
@given(
    st.one_of(
        _typed_addresses(), st.emails(), st.text(max_size=30), st.from_regex(identifiers._PLAIN_ADDRESS, fullmatch=True)
    )
)
@example("ravi.kumar@example.com")
@example("postmaster@example.com")
@example("Postmaster@example.com")
@example("ravi@localhost")
@example("ravi@sub.test")
@example("ravi@ab--cd.com")
@example("ravi@xn--p1ai.in")
@example("-@a.in")
@example(".ravi@a.in")
@example("ravi@a.in\n")
@example(f"{'r' * 64}@a.in")
@example(f"r@{'a' * 64}.in")
@example(f"r@{'a' * 60}.in")
def test_an_address_is_what_the_library_says(text: str) -> None:
    assert _our_address(text) == _address(text)
