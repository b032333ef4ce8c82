"""Values: normal forms are stable, what is shown can be typed back, and nothing is guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.domain import money, names, phones, values
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.ids import is_id, new_id
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value

LEAD = ENTITIES["lead"].fields
FIELDS = [facts for info in ENTITIES.values() for facts in info.fields.values()]


@given(facts=st.sampled_from(FIELDS), value=st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.floats()))
def test_normalising_is_idempotent_or_refused(facts: Facts, value: object) -> None:
    try:
        stored = values.normalise(facts, value)
    except ValueProblem:
        return
    assert stored is None or isinstance(stored, int if facts.kind.is_integer else str)
    assert values.normalise(facts, stored) == stored if stored is not None else True
    values.display(facts, stored)


@given(facts=st.sampled_from(FIELDS), text=st.text())
def test_typed_text_gives_a_normal_value_or_a_sentence(facts: Facts, text: str) -> None:
    try:
        value = values.parse(facts, text)
    except ValueProblem:
        return
    assert value is None or values.normalise(facts, value) == value


@given(st.integers(min_value=0, max_value=money.MAX_PAISE))
def test_money_shown_can_be_typed_back(paise: int) -> None:
    assert money.parse_inr(money.format_inr(paise)) == paise


@pytest.mark.parametrize(
    ("text", "paise"),
    [
        ("4,50,000", 45_000_000),
        ("₹ 4.5 lakh", 45_000_000),
        ("4.5L", 45_000_000),
        ("1.25 cr", 1_250_000_000),
        ("1250.5", 125_050),
        ("Rs. 99", 9_900),
        ("१२,३४५", 1_234_500),
        ("2 लाख", 20_000_000),
        ("5,000/-", 500_000),
    ],
)
def test_amounts_as_people_type_them(text: str, paise: int) -> None:
    assert money.parse_inr(text) == paise


@pytest.mark.parametrize(
    "text", ["", "abc", "-5", "1,2,3", "12.345", "1e5", "0.123456 lakh cr", "4.5.6", "$5", "९" * 40]
)
def test_amounts_that_are_not_clear_are_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        money.parse_inr(text)


@pytest.mark.parametrize(
    ("text", "region", "stored"),
    [
        ("98765 43210", "IN", "+919876543210"),
        ("098765-43210", "IN", "+919876543210"),
        ("+91 98765 43210", "US", "+919876543210"),
        ("660-485-0224", "US", "+16604850224"),
    ],
)
def test_phones_in_many_forms(text: str, region: str, stored: str) -> None:
    assert phones.to_e164(text, region) == stored
    assert values.parse(LEAD["phone"], phones.display(stored)) == stored


@pytest.mark.parametrize("text", ["12345", "201-555-01", "phone", "+", "98765 4321", "00000 00000"])
def test_phones_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        values.parse(LEAD["phone"], text)


@pytest.mark.parametrize(
    ("field", "text", "stored"),
    [
        ("enquired_at", "15 Apr, 2021 00:03:00", 1_618_425_180_000),
        ("enquired_at", "2021-04-14T18:33:00+00:00", 1_618_425_180_000),
        ("rating", "Hot", "hot"),
        ("tags", "vip, exchange , vip", '["exchange","vip"]'),
        ("email", "Ravi@EXAMPLE.com", "Ravi@example.com"),
        ("name", "  Ravi Kumar ", "Ravi Kumar"),
        ("name", "   ", ValueProblem),
        ("rating", "lukewarm", ValueProblem),
        ("email", "ravi@", ValueProblem),
        ("enquired_at", "31-02-2026", ValueProblem),
        ("name", "a\x00b", ValueProblem),
        ("name", "x" * 201, ValueProblem),
    ],
)
def test_fields_as_people_fill_them(field: str, text: str, stored: Value | type[ValueProblem]) -> None:
    if isinstance(stored, type):
        with pytest.raises(stored):
            values.parse(LEAD[field], text)
    else:
        assert values.parse(LEAD[field], text) == stored


@pytest.mark.parametrize(
    "value", [2**63, -(2**63) - 1, money.MAX_PAISE + 1, 2**63 - 1, True, 1.5, float("nan"), "5", -1]
)
def test_hostile_numbers_are_refused(value: object) -> None:
    with pytest.raises(ValueProblem):
        values.normalise(LEAD["budget_paise"], value)


@pytest.mark.parametrize("value", ["\ud800", "a\x00", "\x1b[31m"])
def test_hostile_text_is_refused(value: str) -> None:
    with pytest.raises(ValueProblem):
        values.normalise(LEAD["name"], value)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("registration", "mh 12 ab-1234", "HELLO"),
        ("registration", "22 BH 6517 A", "22BH65"),
        ("gstin", "27AAPFU0939F1ZV", "27AAPFU0939F1ZX"),
        ("pan", "ACUPA7085R", "ACUPA70855"),
    ],
)
def test_identifiers_are_checked(kind: str, good: str, bad: str) -> None:
    facts = Facts("Field", Kind(kind))
    assert values.parse(facts, good)
    with pytest.raises(ValueProblem):
        values.parse(facts, bad)


def test_names_meet_across_scripts() -> None:
    assert names.latin("रवि कुमार") == "ravi kumar"
    assert names.latin("José") == "jose"
    assert names.words("Ravi O’Brien-Singh 98") == ["ravi", "o", "brien", "singh", "98"]
    assert names.fold("रमेश") == "रमेश"


@given(st.text())
def test_folding_never_fails_and_is_idempotent(text: str) -> None:
    assert names.fold(names.fold(text)) == names.fold(text)
    names.latin(text)
    names.words(text)


def test_ids_ascend_and_are_version_7() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(is_id(one) and one[14] == "7" and one[19] in "89ab" for one in made)
    assert not is_id(made[0].upper())


@pytest.mark.parametrize("text", ["NaN", '{"a":1e999}', "[-Infinity]", "[" * 100_000])
def test_what_only_python_takes_for_json_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        values.normalise(ENTITIES["saved_view"].fields["definition"], text)
