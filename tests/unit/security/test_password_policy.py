"""Which passwords are refused, and that strength does not depend on the alphabet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security import password_policy as policy


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "x7#Kp2!mQz9",  # 11
        "Password@12345",
        "P@ssw0rd2024!!",
        "Rameshkumar@123",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "qwertyuiop1234",
        "1234567890123456",
        "Sachin@10Sachin@10",
        "maruti-swift-2019",
        "zxcvbnm,./zxcvbnm",
        "demo-Password-2026!",
        "ПарольПарольПароль"[:11],
        "nul\x00-in-the-middle-of-it",
        "lone-\ud800-surrogate-here",
        "ü" * 2000,
    ],
)
def test_refused(password: str) -> None:
    assert not policy.judge(password).accepted
    with pytest.raises(NxcrmError, match="weak_password"):
        policy.require(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "nariyal-pul-barish-42",
        "paanch patang neeli nadi",
        "Bluebird-Kettle-94",
        "x7#Kp2!mQz9v",
        "मेरा घर नदी के पास",
        "என் வீடு ஆற்றின் அருகில்",
        "long " * 3 + "but with something else at its very end, 64 and more letters are fine",
    ],
)
def test_accepted(password: str) -> None:
    policy.require(password)


@pytest.mark.parametrize(
    "password", ["asha-paints-blue-doors", "Nexa river copper 48 lamp", "n3x4 river copper 48 lamp"]
)
def test_own_and_company_words_are_refused(password: str) -> None:
    policy.require(password)
    verdict = policy.judge(password, personal=["Asha Verma", "Nexa Motors Pvt"])
    assert any("name" in problem for problem in verdict.problems)


def test_short_personal_words_do_not_refuse_everything() -> None:
    policy.require("correct horse battery staple", personal=["A", "Ba", "Tea"])


def test_password_only_devices_need_longer_ones() -> None:
    password = "x7#Kp2!mQz9v"
    policy.require(password)
    with pytest.raises(NxcrmError, match="at least 14"):
        policy.require(password, min_length=policy.MIN_LENGTH_PASSWORD_ONLY)


@given(st.text(max_size=40))
def test_every_spelling_of_a_password_is_judged_alike(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert policy.normalise(composed) == policy.normalise(decomposed)
    assert policy.judge(composed) == policy.judge(decomposed)


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    verdict = policy.judge(text)
    assert verdict.bits >= 0
    assert 0 <= verdict.score <= 4


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12), st.integers(2, 6))
def test_repeating_adds_next_to_nothing(piece: str, times: int) -> None:
    assert policy.estimate_bits(piece * times) <= policy.estimate_bits(piece) + 3


def test_the_message_names_every_reason_and_never_the_password() -> None:
    with pytest.raises(NxcrmError) as caught:
        policy.require("qwerty1")
    assert "at least 12" in caught.value.message
    assert "guessed first" in caught.value.message
    assert "qwerty1" not in str(caught.value)
