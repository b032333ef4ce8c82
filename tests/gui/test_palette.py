"""Ctrl+K as one types: no pause before a search, one search at a time, and what was typed last is what is shown."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.services.search import SearchHit
from tests.gui.conftest import settle
from ui.dialogs.palette import Palette
from ui.session import Session


@pytest.fixture
def session(qtbot: QtBot, app: App, session_of: Callable[[App], Session]) -> Session:
    for name in ("Asha Rao", "Ashok Shah", "Bela Iyer"):
        app.leads.create({"name": name})
    opened = session_of(app)
    settle(qtbot, opened)
    return opened


def palette_of(qtbot: QtBot, session: Session) -> Palette:
    session.workspace.search()
    palette = session.workspace.findChild(Palette)
    assert palette is not None
    settle(qtbot, session)
    return palette


def titles(palette: Palette) -> list[str]:
    model = palette.view.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_a_letter_is_looked_up_at_once(qtbot: QtBot, session: Session) -> None:
    palette = palette_of(qtbot, session)
    QTest.keyClicks(palette.line, "bel")
    assert palette.searching
    qtbot.waitUntil(lambda: titles(palette) == ["Bela Iyer"])
    QTest.keyClick(palette.line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(palette.line, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Bela Iyer" not in titles(palette))
    palette.reject()


def test_while_one_search_runs_only_the_newest_text_waits(
    qtbot: QtBot, app: App, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    palette = palette_of(qtbot, session)
    real, go, looked_up = app.search.search, threading.Event(), list[str]()

    def slow(text: str, *, limit: int) -> list[SearchHit]:
        looked_up.append(text)
        go.wait(10)
        return real(text, limit=limit)

    monkeypatch.setattr(app.search, "search", slow)
    QTest.keyClicks(palette.line, "ashok")
    qtbot.waitUntil(lambda: looked_up == ["a"])
    go.set()
    qtbot.waitUntil(lambda: not palette.searching)
    assert looked_up == ["a", "ashok"]
    assert titles(palette) == ["Ashok Shah"]
    palette.reject()


def test_a_note_is_told_by_its_first_words(qtbot: QtBot, app: App, session: Session) -> None:
    lead = app.leads.create({"name": "Charu Bose"})
    app.activity.log("note", lead_id=lead, body="Wants a sunroof.\nPays in cash.")
    palette = palette_of(qtbot, session)
    QTest.keyClicks(palette.line, "sunroof")
    qtbot.waitUntil(lambda: titles(palette) == ["Wants a sunroof."])
    palette.reject()
