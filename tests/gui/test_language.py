"""The interface in two languages: nothing of a screen is left untranslated, counts have a singular and a plural."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # our own files
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.helpers.translations import FOLDER, counted_texts
from ui.language import counted, install_language
from ui.words import said

# Entities that no screen shows yet: their words come with their screens.
_LATER = frozenset({"Dictionary"})


@pytest.fixture
def hindi(qapp: QApplication) -> Iterator[None]:
    translator = install_language(qapp, "hi")
    yield
    qapp.removeTranslator(translator)
    install_language(qapp, "en")


@pytest.mark.usefixtures("theme")
def test_counts_are_english() -> None:
    assert counted("ListPane", "%Ln row(s)", 1) == "1 row"
    assert counted("ListPane", "%Ln row(s)", 120_400) == "1,20,400 rows"


@pytest.mark.usefixtures("hindi")
def test_hindi_is_spoken() -> None:
    assert said("Leads") == "लीड"
    assert counted("ListPane", "%Ln row(s)", 3) == "3 पंक्तियाँ"


def _messages(language: str) -> Iterator[tuple[str, ET.Element]]:
    for context in ET.parse(FOLDER / f"nxcrm_{language}.ts").getroot().iter("context"):  # noqa: S314 (our own file)
        for message in context.iter("message"):
            yield context.findtext("name", ""), message


def test_every_text_of_a_screen_has_its_hindi() -> None:
    missing = [
        message.findtext("source", "")
        for context, message in _messages("hi")
        if context not in _LATER and _translation(message).get("type") == "unfinished"
    ]
    assert not [text for text in missing if any(letter.isalpha() for letter in text.replace("Ctrl", ""))]


def _translation(message: ET.Element) -> ET.Element:
    found = message.find("translation")
    assert found is not None
    return found


def test_every_count_is_in_the_files() -> None:
    known = {(context, message.findtext("source")) for context, message in _messages("en")}
    assert set(counted_texts()) == known
