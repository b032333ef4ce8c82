"""Refused edits, possible duplicates and decided conflicts: each part of the sync centre through the real services."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.ids import new_id
from tests.gui.conftest import settle
from tests.helpers.device_store import pulled
from ui.dialogs.conflict import ConflictDialog
from ui.dialogs.look_alikes import LookAlikesDialog
from ui.dialogs.refused_edit import RefusedEditDialog
from ui.panes.leads import LeadsPane
from ui.panes.sync_centre import SyncPane
from ui.session import Session
from ui.widgets.difference import DifferenceView, differences

PHONE = "+919820012345"


@pytest.fixture
def session(app: App, session_of: Callable[[App], Session]) -> Session:
    return session_of(app)


def lead(app: App, **more: str) -> str:
    values = {"name": "Asha Rao", "stage": "new", "city": "Pune", "owner_id": app.actor.user_id, **more}
    return pulled(app.store, "lead", **values)


def refused(app: App, row_id: str, *, author: str = "", code: str = "out_of_scope", **changes: list[str | None]) -> str:
    return pulled(
        app.store, "quarantine", entity="lead", row_id=row_id, op="update", changes=json.dumps(changes),
        reason="The record is not, or no longer, one of yours.", code=code, author_id=author or app.actor.user_id,
        typed_at=clock.now_ms(), status="open",
    )  # fmt: skip


def sync_pane(qtbot: QtBot, session: Session) -> SyncPane:
    session.workspace.go("sync")
    settle(qtbot, session)
    pane = session.workspace.pane
    assert isinstance(pane, SyncPane)
    return pane


def test_a_refused_edit_is_applied_again_from_the_list(qtbot: QtBot, app: App, session: Session) -> None:
    row = lead(app)
    made = refused(app, row, city=["Pune", "Goa"])
    pane = sync_pane(qtbot, session)
    assert [line.cells[0] for line in pane.refused.table.lines.lines] == ["Asha Rao"]
    pane.refused.review()
    dialog = pane.refused.findChild(RefusedEditDialog)
    assert isinstance(dialog, RefusedEditDialog)
    with qtbot.waitSignal(dialog.accepted):
        dialog.acts["apply"].click()
    settle(qtbot, session)
    assert (app.leads.get(row)["city"], app.review.get(made).status) == ("Goa", "applied")
    assert pane.refused.table.lines.lines == []
    pane.refused.decided.setChecked(True)
    settle(qtbot, session)
    assert pane.refused.table.lines.lines[0].cells[-1] == "Applied"


def test_the_author_withdraws_with_a_word(qtbot: QtBot, app: App, session: Session) -> None:
    made = refused(app, lead(app), city=["Pune", "Goa"])
    dialog = RefusedEditDialog(session.ctx, app.review.get(made), session.workspace)
    dialog.show()
    assert set(dialog.acts) == {"apply", "withdraw"}
    dialog.note.setPlainText("Done by phone")
    with qtbot.waitSignal(dialog.accepted):
        dialog.acts["withdraw"].click()
    seen = app.review.get(made)
    assert (seen.status, seen.note) == ("withdrawn", "Done by phone")


def test_what_cannot_be_read_is_plain_text(qtbot: QtBot, app: App, session: Session) -> None:
    made = pulled(
        app.store, "quarantine", entity="unknown", row_id="unknown", op="unknown", changes='{"raw":"<b>{broken"}',
        reason="The edit cannot be read.", author_id=app.actor.user_id, status="open",
    )  # fmt: skip
    dialog = RefusedEditDialog(session.ctx, app.review.get(made), session.workspace)
    assert set(dialog.acts) == {"withdraw"}
    pane = sync_pane(qtbot, session)
    assert pane.refused.table.lines.rowCount() == 1


def flagged(app: App, *rows: str) -> str:
    group = new_id()
    for row in rows:
        pulled(app.store, "duplicate", entity="lead", row_id=row, field="phone", group_id=group, status="open")
    return group


def test_look_alikes_are_compared_and_kept(qtbot: QtBot, app: App, session: Session) -> None:
    flagged(app, lead(app, phone=PHONE), lead(app, phone=PHONE, name="A. Rao", city="Goa"))
    pane = sync_pane(qtbot, session)
    assert pane.duplicates.table.lines.lines[0].cells[0] == "Asha Rao · A. Rao"
    pane.duplicates.compare()
    dialog = pane.duplicates.findChild(LookAlikesDialog)
    assert isinstance(dialog, LookAlikesDialog)
    cells = {line.key: line.cells for line in dialog.table.lines.lines}
    assert (cells["city"][1:], cells["phone"][-1]) == (("Pune", "Goa", "Differs"), "Same")
    with qtbot.waitSignal(dialog.accepted):
        dialog.keep()
    settle(qtbot, session)
    assert app.duplicates.list() == []
    assert pane.duplicates.table.lines.lines == []


def test_a_lead_shows_that_it_may_be_there_twice(qtbot: QtBot, app: App, session: Session) -> None:
    rows = lead(app, phone=PHONE), lead(app, phone=PHONE, name="A. Rao")
    group = flagged(app, *rows)
    session.workspace.go("leads")
    settle(qtbot, session)
    pane = session.workspace.pane
    assert isinstance(pane, LeadsPane)
    detail = pane.detail
    detail.open(rows[0])
    settle(qtbot, session)
    assert not detail._alike.isHidden()
    detail.compare()
    assert detail.findChild(LookAlikesDialog) is not None
    session.ctx.tasks.write(detail, lambda: app.duplicates.keep(group), lambda _done: None)
    settle(qtbot, session)
    assert detail._alike.isHidden()


def test_half_of_a_pair_says_that_the_other_is_not_ours(qtbot: QtBot, app: App, session: Session) -> None:
    flagged(app, lead(app, phone=PHONE))
    pane = sync_pane(qtbot, session)
    assert pane.duplicates.table.lines.lines[0].cells[0] == "Asha Rao · and one of somebody else"


def notes_conflict(app: App, status: str = "open", **more: str) -> str:
    row = lead(app, notes="Called on Monday. Wants blue.")
    base, mine, theirs = "Called on Monday.", "Called on Sunday.", "Called on Monday. Wants blue."
    sides = {"base": json.dumps(base), "mine": json.dumps(mine), "theirs": json.dumps(theirs), **more}
    return pulled(
        app.store, "conflict", entity="lead", row_id=row, field="notes", status=status, mine_by=app.actor.user_id,
        mine_at=clock.now_ms(), theirs_by=app.actor.user_id, theirs_at=clock.now_ms(), **sides,
    )  # fmt: skip


def test_a_long_text_shows_what_each_side_changed(qtbot: QtBot, app: App, session: Session) -> None:
    dialog = ConflictDialog(session.ctx, app.conflicts.get(notes_conflict(app)), session.workspace)
    dialog.show()
    texts = {view.toPlainText() for view in dialog.findChildren(DifferenceView)}
    assert texts == {"Called on Monday. Wants blue.", "Called on Monday. Sunday."}


def test_the_longest_remarks_leave_the_buttons_on_the_screen(qtbot: QtBot, app: App, session: Session) -> None:
    remarks = json.dumps("Wants to exchange a Swift, comes on Saturday. " * 60)
    made = notes_conflict(app, base=remarks, mine=remarks[:-1] + ' and on Sunday"', theirs=remarks[:-1] + ' or not"')
    dialog = ConflictDialog(session.ctx, app.conflicts.get(made), session.workspace)
    dialog.show()
    assert dialog.height() < dialog.screen().availableGeometry().height()
    buttons = [made for made in dialog.findChildren(QPushButton) if made.isVisible()]
    assert all(made.mapTo(dialog, made.rect().bottomLeft()).y() < dialog.height() for made in buttons)


def test_a_long_value_pushes_no_column_out_of_sight(qtbot: QtBot, app: App, session: Session) -> None:
    words = json.dumps("Wants to exchange a Swift, comes on Saturday. " * 60)
    notes_conflict(app, base=words, mine=words, theirs=words)
    pane = sync_pane(qtbot, session)
    table = pane.conflicts.table
    assert table.horizontalHeader().length() <= table.viewport().width()
    cell = table.lines.index(0, 3)
    assert table.lines.data(cell, Qt.ItemDataRole.ToolTipRole) == cell.data()


def test_differences_are_of_words() -> None:
    pieces = list(differences("Called on Monday.", "Called on Sunday. Wants blue."))
    assert pieces == [("same", "Called on "), ("removed", "Monday."), ("added", "Sunday. Wants blue.")]
    assert list(differences("", "New")) == [("added", "New")]


def test_a_decision_is_undone_from_the_list(qtbot: QtBot, app: App, session: Session) -> None:
    made = notes_conflict(app)
    app.conflicts.resolve(made, "mine")
    pane = sync_pane(qtbot, session)
    assert pane.conflicts.table.lines.lines == []
    pane.decided.setChecked(True)
    settle(qtbot, session)
    pane.resolve()
    dialog = pane.findChild(ConflictDialog)
    assert isinstance(dialog, ConflictDialog)
    assert not any(choice.isEnabled() for choice in dialog.choices.values())
    with qtbot.waitSignal(dialog.accepted):
        dialog.resolve()
    view = app.conflicts.get(made)
    assert (view.status, view.current) == ("open", "Called on Monday. Wants blue.")
