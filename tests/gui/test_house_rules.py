"""Rules of the interface that hold everywhere: plain text, accessible names, shortcuts, contrast, the pill."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from tests.gui.conftest import settle
from tests.helpers.source import module_name, python_files, tree
from ui.main_window import Workspace
from ui.session import Session
from ui.shortcuts import shortcuts
from ui.theming.tokens import PALETTES, Appearance, Colours
from ui.widgets.sync_pill import SyncState, face

_RICH = frozenset({"QMessageBox", "QTextEdit", "QTextBrowser", "QErrorMessage", "QSplashScreen", "QWhatsThis"})
_LABELS_MADE_IN = frozenset({"ui.widgets.plain", "ui.widgets.preview"})


def _names(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield node.lineno, node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_nothing_that_guesses_rich_text_is_used() -> None:
    strays = [
        f"{path}:{line} {name}"
        for path in python_files("ui")
        for line, name in _names(tree(path))
        if name in _RICH or (name == "QLabel" and module_name(path) not in _LABELS_MADE_IN) or name == "setHtml"
    ]
    assert not strays


def test_services_are_handed_out_by_the_application_alone() -> None:
    strays = [
        f"{path}:{line} {name}" for path in python_files("ui") for line, name in _names(tree(path))
        if name.endswith("Service")
    ]  # fmt: skip
    assert not strays


def _tooltips(module: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setToolTip":
            yield node


def test_no_tooltip_is_made_of_data() -> None:
    allowed = {"name", "place.words"}  # fixed words handed to the makers of buttons
    strays = [
        f"{path}:{call.lineno}"
        for path in python_files("ui")
        for call in _tooltips(tree(path))
        if not isinstance(call.args[0], ast.Call) and ast.unparse(call.args[0]) not in allowed
    ]
    assert not strays


def _every_pane(qtbot: QtBot, session: Session) -> Iterator[Workspace]:
    for key in session.workspace.rail.keys:
        session.workspace.go(key)
        settle(qtbot, session)
        yield session.workspace


def test_a_picture_in_a_name_stays_text(qtbot: QtBot, app: App, session_of: Callable[[App], Session]) -> None:
    hostile = "<img src='file:///etc/passwd'><b>Asha</b>"
    lead = app.leads.create({"name": hostile})
    session = session_of(app)
    session.workspace.show_record("lead", lead)
    settle(qtbot, session)
    for workspace in _every_pane(qtbot, session):
        labels = workspace.findChildren(QLabel)
        assert labels
        assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_every_control_has_a_name(qtbot: QtBot, app: App, session_of: Callable[[App], Session]) -> None:
    lead = app.leads.create({"name": "Asha Rao"})
    session = session_of(app)
    session.workspace.show_record("lead", lead)
    settle(qtbot, session)
    session.workspace.edit()
    nameless: list[str] = []
    for workspace in _every_pane(qtbot, session):
        kinds = (QLineEdit, QPlainTextEdit, QComboBox, QAbstractButton, QAbstractItemView)
        nameless += [_told(widget) for kind in kinds for widget in workspace.findChildren(kind) if _is_mute(widget)]
    assert not nameless


def _is_mute(widget: QWidget) -> bool:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return (
        widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not (text or widget.accessibleName())
    )


def _told(widget: QWidget) -> str:
    parent = widget.parentWidget()
    return f"{type(widget).__name__} in {type(parent).__name__ if parent else '–'}"


def test_every_shortcut_does_something_and_none_is_a_letter_or_of_the_rupee_key() -> None:
    for shortcut in shortcuts():
        assert callable(getattr(Workspace, shortcut.act))
        assert len(QKeySequence(shortcut.keys).toString()) > 1
        assert "Ctrl+Alt" not in shortcut.keys
    keys = [shortcut.keys for shortcut in shortcuts()]
    assert len(keys) == len(set(keys))


def _luminance(colour: str) -> float:
    shade = QColor(colour)
    parts = (shade.redF(), shade.greenF(), shade.blueF())
    red, green, blue = (part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4) for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("appearance", list(Appearance))
def test_words_and_edges_can_be_seen(appearance: Appearance) -> None:
    colours: Colours = PALETTES[appearance]
    for back in (colours.surface, colours.background, colours.selection):
        for front in ("text", "muted", "accent", "danger", "conflict"):
            assert contrast(colours.by_name()[front], back) >= 4.5, (front, back)
    for front in ("ok", "warn"):
        assert contrast(colours.by_name()[front], colours.surface) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.border, colours.surface) >= 3


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SyncState("synced", last_sync=1_790_000_000_000), "Synced 19:43"),
        (SyncState("syncing", pushed=12, of=40), "Syncing 12/40"),
        (SyncState("offline", waiting=7), "Offline · 7 waiting"),
        (SyncState("synced", conflicts=3), "3 conflicts"),
        (SyncState("offline", conflicts=1, waiting=7), "1 conflict · 7 waiting"),
        (SyncState("sign_in", conflicts=3), "Sign in"),
        (SyncState("failed"), "Failed · Retry"),
    ],
)
def test_the_pill_says_where_the_work_is(state: SyncState, words: str) -> None:
    shown = face(state)
    assert shown.words == words
    assert shown.icon


def test_the_pill_s_click_does_what_its_words_say(qtbot: QtBot, app: App, session_of: Callable[[App], Session]) -> None:
    workspace = session_of(app).workspace
    for state, asked in (
        (SyncState("synced", conflicts=2), "conflicts"),
        (SyncState("sign_in"), "sign_in"),
        (SyncState("failed"), "sync"),
    ):
        workspace.show_sync(state)
        with qtbot.waitSignal(workspace.status.pill.asked) as told:
            workspace.status.pill.click()
        assert told.args == [asked]
