"""The pane of leads as one uses it: open, edit, log, attach, filter, narrow windows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.domain.records import ListQuery
from tests.gui.conftest import settle
from ui.panes.leads import LeadsPane
from ui.session import Session
from ui.widgets.cells import CELL_PADDING, CHIP_PADDING
from ui.widgets.timeline import ENTRY_ROLE

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f0005"
    "0001ff56c72f0d0000000049454e44ae426082"
)


@pytest.fixture
def lead(app: App) -> str:
    return app.leads.create({"name": "Asha Rao", "phone": "+919876543210", "city": "Pune"})


@pytest.fixture
def session(app: App, lead: str, session_of: Callable[[App], Session]) -> Session:
    return session_of(app)


@pytest.fixture
def pane(qtbot: QtBot, session: Session) -> LeadsPane:
    current = session.workspace.pane
    assert isinstance(current, LeadsPane)
    return current


def opened(qtbot: QtBot, session: Session, pane: LeadsPane, lead: str) -> LeadsPane:
    pane.open(lead)
    settle(qtbot, session)
    assert pane.detail.record is not None
    return pane


def typed(pane: LeadsPane, field: str, text: str) -> None:
    widget = pane.detail.form.widget_of(field)
    assert isinstance(widget, QLineEdit)
    widget.setText(text)
    widget.textEdited.emit(text)


def test_f2_edits_and_ctrl_s_stores(qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str) -> None:
    opened(qtbot, session, pane, lead)
    QTest.keyClick(session.workspace, Qt.Key.Key_F2)
    typed(pane, "city", "Nashik")
    typed(pane, "budget_paise", "5.5 lakh")
    QTest.keyClick(session.workspace, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, session)
    assert not pane.detail.form.editing
    assert (app.leads.get(lead)["city"], app.leads.get(lead)["budget_paise"]) == ("Nashik", 5_50_000_00)


def test_a_bad_value_is_told_at_its_field_and_nothing_is_stored(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str
) -> None:
    opened(qtbot, session, pane, lead).edit()
    typed(pane, "phone", "12345")
    field = pane.detail.form.widget_of("phone")
    assert field.property("invalid") is True
    pane.save()
    settle(qtbot, session)
    assert pane.detail.form.editing
    assert field.accessibleDescription()
    assert app.leads.get(lead)["phone"] == "+919876543210"


def test_escape_leaves_the_edit_then_the_record(qtbot: QtBot, session: Session, pane: LeadsPane, lead: str) -> None:
    opened(qtbot, session, pane, lead).edit()
    pane.escape()
    assert not pane.detail.form.editing
    assert pane.detail.isVisible()
    pane.escape()
    assert not pane.detail.isVisible()


def test_typed_text_is_not_lost_when_the_row_changes_meanwhile(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str
) -> None:
    opened(qtbot, session, pane, lead).edit()
    typed(pane, "city", "Nashik")
    app.leads.update(lead, {"email": "asha@example.in"})
    settle(qtbot, session)
    widget = pane.detail.form.widget_of("city")
    assert isinstance(widget, QLineEdit)
    assert widget.text() == "Nashik"
    assert pane.detail.form.changes() == {"city": "Nashik"}


def test_the_stage_is_changed_in_the_header_with_its_history(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str
) -> None:
    opened(qtbot, session, pane, lead)
    stage: QComboBox = pane.lead.stage
    stage.setCurrentIndex(stage.findData("contacted"))
    stage.activated.emit(stage.currentIndex())
    settle(qtbot, session)
    assert app.leads.get(lead)["stage"] == "contacted"
    assert [item.kind for item in app.leads.timeline(lead)] == ["stage"]


def test_ctrl_enter_logs_what_was_composed(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str
) -> None:
    opened(qtbot, session, pane, lead)
    composer = pane.lead.timeline.composer
    composer.text.setPlainText("Will come on Sunday.")
    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, session)
    assert [item.title for item in app.leads.timeline(lead)] == ["Will come on Sunday."]
    assert pane.lead.timeline.view.entries.rowCount() == 1
    assert composer.text.toPlainText() == ""


def test_a_reversed_payment_does_not_look_like_money(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str
) -> None:
    opened(qtbot, session, pane, lead)
    timeline = pane.lead.timeline
    assert timeline.body.currentWidget() is timeline.empty
    deal = app.transactions.record(kind="sale", agreed_paise=9_40_000_00, lead_id=lead)
    app.transactions.reverse(
        app.transactions.add_payment(deal, direction="in", mode="cash", amount_paise=50_000_00), "entered twice"
    )
    app.transactions.add_payment(deal, direction="in", mode="upi", amount_paise=25_000_00)
    settle(qtbot, session)
    assert timeline.body.currentWidget() is timeline.view
    model = timeline.view.entries
    entries = [model.index(row, 0).data(ENTRY_ROLE) for row in range(model.rowCount())]
    told = {entry.title: entry.colour for entry in entries}
    assert told["Reversed, ₹50,000, Cash"] == "muted"
    assert told["Received, ₹50,000, Cash (reversed)"] == "muted"
    assert told["Received, ₹25,000, UPI"] == "ok"


def test_no_stage_is_cut_in_the_list(app: App, session: Session, pane: LeadsPane, lead: str) -> None:
    del app, lead
    longest = max((stage.label for stage in session.ctx.words.lists.stages), key=len)
    section = next(i for i, column in enumerate(pane.model.columns) if column.name == "stage")
    needed = pane.table.fontMetrics().horizontalAdvance(longest) + CHIP_PADDING + 2 * CELL_PADDING
    assert pane.table.columnWidth(section) >= needed


def test_a_follow_up_becomes_the_next_step(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str
) -> None:
    opened(qtbot, session, pane, lead)
    composer = pane.lead.timeline.composer
    composer.choose("task")
    composer.text.setPlainText("Call back")
    composer.send()
    settle(qtbot, session)
    assert app.leads.get(lead)["next_step"] == "Call back"


def test_a_dropped_file_is_attached_and_shown(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str, tmp_path: Path
) -> None:
    picture = tmp_path / "RC front.png"
    picture.write_bytes(PNG)
    opened(qtbot, session, pane, lead)
    pane.lead.papers.attach([picture])
    settle(qtbot, session)
    assert [paper["title"] for paper in app.papers.of(lead_id=lead)] == ["RC front"]
    assert pane.lead.papers.list.lines.rowCount() == 1
    qtbot.waitUntil(lambda: bool(pane.lead.papers.preview.pages._pictures))


def test_typing_in_the_filter_narrows_the_list_and_clearing_shows_all(
    qtbot: QtBot, app: App, session: Session, pane: LeadsPane
) -> None:
    app.leads.create({"name": "Bela Shah"})
    settle(qtbot, session)
    assert pane.model.rowCount() == 2
    QTest.keyClicks(pane.filter, "bela")
    qtbot.waitUntil(lambda: pane.model.rowCount() == 1)
    pane.filter.setText("nobody of that name")
    pane.filter.textEdited.emit("nobody of that name")
    qtbot.waitUntil(lambda: pane._stack.currentWidget() is pane.empty)
    pane.clear_filters()
    qtbot.waitUntil(lambda: pane.model.rowCount() == 2)


def test_a_chip_filters_by_stage(qtbot: QtBot, app: App, session: Session, pane: LeadsPane, lead: str) -> None:
    app.leads.change_stage(app.leads.create({"name": "Bela Shah"}), "contacted")
    settle(qtbot, session)
    pane.chip("stage").choose("contacted")
    qtbot.waitUntil(lambda: pane.model.rowCount() == 1)
    assert pane.query() == ListQuery("lead", pane.query().where, "", "updated_at", descending=True)


def test_a_narrow_window_shows_the_record_in_place_of_the_list(
    qtbot: QtBot, session: Session, pane: LeadsPane, lead: str
) -> None:
    session.workspace.resize(800, 600)
    opened(qtbot, session, pane, lead)
    assert (pane._left.isVisible(), pane.detail.isVisible()) == (False, True)
    pane.escape()
    assert (pane._left.isVisible(), pane.detail.isVisible()) == (True, False)


def test_the_keyboard_alone_opens_and_steps(
    qtbot: QtBot, qapp: QApplication, app: App, session: Session, pane: LeadsPane
) -> None:
    app.leads.create({"name": "Bela Shah"})
    settle(qtbot, session)
    pane.table.setFocus()
    QTest.keyClick(pane.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(pane.table, Qt.Key.Key_Return)
    settle(qtbot, session)
    first: Any = pane.detail.record
    session.workspace.next_record()
    settle(qtbot, session)
    assert pane.detail.record is not None
    assert pane.detail.record.id != first.id


def test_a_row_from_elsewhere_appears_by_itself(qtbot: QtBot, app: App, session: Session, pane: LeadsPane) -> None:
    app.leads.create({"name": "Chetan Iyer"})
    qtbot.waitUntil(lambda: pane.model.rowCount() == 2)
