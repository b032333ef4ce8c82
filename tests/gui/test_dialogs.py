"""Importing, deciding conflicts, new records, money: each dialog through the real services."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.conflicts import WHOLE_ROW
from tests.gui.conftest import settle
from tests.helpers.device_store import pulled
from ui.dialogs.conflict import ConflictDialog
from ui.dialogs.error import details_of
from ui.dialogs.import_file import ImportDialog
from ui.dialogs.money import DealDialog, PaymentDialog
from ui.dialogs.new_record import NewRecordDialog
from ui.panes.sync_centre import SyncPane
from ui.session import Session
from ui.widgets.import_outcome import ImportOutcome

LEADS = """Name,Phone,E-mail,City
Asha Rao,98765 43210,asha@example.in,Pune
Bela Shah,12345,bela@example.in,Pune
Chetan Iyer,98765 43211,,Nashik
"""


@pytest.fixture
def session(app: App, session_of: Callable[[App], Session]) -> Session:
    return session_of(app)


def put(form: object, field: str, text: str) -> None:
    widget = form.widget_of(field)  # type: ignore[attr-defined]
    assert isinstance(widget, QLineEdit)
    widget.setText(text)
    widget.textEdited.emit(text)


def importing(qtbot: QtBot, session: Session, path: Path) -> ImportDialog:
    dialog = ImportDialog(session.ctx, session.workspace)
    dialog.show()
    dialog.choose(path)
    settle(qtbot, session)
    return dialog


def lines(outcome: ImportOutcome) -> list[tuple[str, ...]]:
    return [line.cells[:2] for line in outcome.table.lines.lines]


def assign(qtbot: QtBot, session: Session, dialog: ImportDialog, column: str, field: str) -> None:
    box = dialog.mapping.box(column)
    place = box.findData(field)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)
    settle(qtbot, session)


def test_an_import_shows_what_it_will_do_does_it_and_takes_it_back(
    qtbot: QtBot, app: App, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS, encoding="utf-8")
    dialog = importing(qtbot, session, path)
    fields = [dialog.mapping.box(name).currentText() for name in ("Name", "Phone", "E-mail", "City")]
    assert fields == ["Name", "Phone", "E-mail", "City"]
    assert session.ctx.app.lists.count(ListQuery("lead")) == 0
    dialog.run()
    qtbot.waitUntil(lambda: dialog.outcome is not None)
    assert session.ctx.app.lists.count(ListQuery("lead")) == 2
    assert lines(dialog.report) == [("3", "Phone")]
    dialog.undo()
    qtbot.waitUntil(lambda: session.ctx.app.lists.count(ListQuery("lead")) == 0)
    settle(qtbot, session)
    dialog.reject()


STRANGE = """Client,Contact,Town,Zip
Asha Rao,98765 43210,Pune,411001
Bela Shah,12345,Pune,411002
Asha R.,98765 43210,Nashik,422001
"""


def test_columns_of_any_name_are_given_their_fields_and_the_forecast_follows(
    qtbot: QtBot, app: App, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "strange.csv"
    path.write_text(STRANGE, encoding="utf-8")
    dialog = importing(qtbot, session, path)
    assert not dialog._import.isEnabled()
    assert "no column that this import knows" in dialog._problem.text()
    assign(qtbot, session, dialog, "Client", "name")
    assert dialog._import.isEnabled()
    assert not dialog._problem.isVisible()
    assert dialog.forecast.figure("created") == "3"
    assign(qtbot, session, dialog, "Contact", "phone")
    assign(qtbot, session, dialog, "Town", "city")
    assert lines(dialog.forecast) == [("3", "Contact"), ("4", "Contact")]
    figures = [dialog.forecast.figure(name) for name in ("created", "updated", "duplicates", "rejected_count")]
    assert figures == ["1", "0", "1", "1"]
    assert session.ctx.app.lists.count(ListQuery("lead")) == 0
    dialog.run()
    qtbot.waitUntil(lambda: dialog.outcome is not None)
    (lead,) = session.ctx.app.lists.page(ListQuery("lead"), limit=9).rows
    assert (lead["name"], lead["phone"], lead["city"], lead["pincode"]) == ("Asha Rao", "+919876543210", "Pune", None)
    dialog.reject()


def test_a_preset_keeps_its_rules_beside_a_column_that_was_changed(
    qtbot: QtBot, app: App, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "zoho.csv"
    path.write_text(
        "LEADID,Last Name,Company,Email,Mobile,Lead Status\n1,Denson,Acme,d@example.org,660-485-0001,Pre-Qualified\n",
        encoding="utf-8",
    )
    dialog = importing(qtbot, session, path)
    assert dialog.preset.currentData() == "zoho-leads"
    assert dialog.mapping.box("Company").currentData() == "company_name"
    assign(qtbot, session, dialog, "Company", "-")
    assert dialog.mapping.box("Company").property("empty") is True
    assert dialog.mapping.box("Last Name").currentData() == "name"
    dialog.run()
    qtbot.waitUntil(lambda: dialog.outcome is not None)
    (lead,) = session.ctx.app.lists.page(ListQuery("lead"), limit=9).rows
    assert (lead["name"], lead["company_name"], lead["phone"]) == ("Denson", None, "+16604850001")
    assert lead["stage"] == "qualified"  # a word of the old system, which only the preset knows
    dialog.reject()


def test_a_plain_list_is_not_taken_for_another_program_s_export(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("Name,Phone,City\nAsha Rao,98765 43210,Pune\n", encoding="utf-8")
    dialog = importing(qtbot, session, path)
    assert dialog.preset.currentText() == "Columns named as here"
    assert dialog._import.isEnabled()
    assert dialog.forecast.figure("created") == "1"
    dialog.reject()


def test_a_choice_taken_back_is_as_if_never_made(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS, encoding="utf-8")
    dialog = importing(qtbot, session, path)
    assign(qtbot, session, dialog, "City", "notes")
    assert dialog._wish is not None
    assert dialog._wish.mapping == {"Name": "name", "Phone": "phone", "E-mail": "email", "City": "notes"}
    assign(qtbot, session, dialog, "City", "city")
    assert dialog._wish.mapping == {}
    assert dialog.forecast.figure("created") == "2"
    dialog.reject()


def test_turning_the_wheel_over_a_column_changes_nothing(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS, encoding="utf-8")
    dialog = importing(qtbot, session, path)
    box = dialog.mapping.box("City")
    box.setFocus()
    centre = QPointF(box.rect().center())
    turn = QWheelEvent(
        centre, QPointF(box.mapToGlobal(centre)), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, turn)
    assert box.currentData() == "city"
    dialog.reject()


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("binary.csv", bytes(range(256)) * 9), ("one.csv", b"nothing\nhere\n")],
)
def test_a_file_that_cannot_be_imported_is_refused_in_a_sentence(
    qtbot: QtBot, session: Session, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    dialog = importing(qtbot, session, path)
    assert len(dialog._problem.text()) > 20
    assert not dialog._import.isEnabled()
    dialog.reject()


def conflict(app: App) -> tuple[str, str]:
    lead = pulled(app.store, "lead", name="Asha Rao", stage="new", city="Pune", owner_id=app.actor.user_id)
    made = pulled(
        app.store, "conflict", entity="lead", row_id=lead, field="city", base='"Mumbai"', mine='"Nashik"',
        theirs='"Pune"', mine_by=app.actor.user_id, mine_at=clock.now_ms(), theirs_by=app.actor.user_id,
        theirs_at=clock.now_ms(), status="open",
    )  # fmt: skip
    return lead, made


@pytest.mark.parametrize(("take", "city"), [("server", "Pune"), ("mine", "Nashik"), ("merged", "Nashik Road")])
def test_a_conflict_is_decided_and_the_other_value_stays_on_record(
    qtbot: QtBot, app: App, session: Session, take: str, city: str
) -> None:
    lead, made = conflict(app)
    dialog = ConflictDialog(session.ctx, app.conflicts.get(made), session.workspace)
    dialog.show()
    if take == "merged":
        field = dialog.editor.widget
        assert isinstance(field, QLineEdit)
        field.setText(city)
        field.textEdited.emit(city)
    else:
        dialog.choices[take].setChecked(True)  # type: ignore[index]
    assert city in dialog._result.text()
    with qtbot.waitSignal(dialog.accepted):
        dialog.resolve()
    assert app.leads.get(lead)["city"] == city
    assert app.conflicts.get(made).status == take
    assert app.conflicts.get(made).mine == "Nashik"


def test_a_deletion_against_an_edit_is_one_or_the_other(qtbot: QtBot, app: App, session: Session) -> None:
    lead = pulled(app.store, "lead", name="Asha Rao", stage="new", city="Pune", owner_id=app.actor.user_id)
    made = pulled(
        app.store, "conflict", entity="lead", row_id=lead, field=WHOLE_ROW, base=None, mine=None,
        theirs=None, mine_by=app.actor.user_id, mine_at=clock.now_ms(), theirs_by=app.actor.user_id,
        theirs_at=clock.now_ms(), status="open",
    )  # fmt: skip
    dialog = ConflictDialog(session.ctx, app.conflicts.get(made), session.workspace)
    dialog.show()
    assert not dialog.choices["merged"].isVisible()
    assert dialog.choices["mine"].isVisible()
    assert dialog.choices["server"].text() == "Keep the record"
    assert dialog.outcome == "The record stays."
    dialog.choices["mine"].setChecked(True)
    assert dialog.outcome == "The record will be deleted."
    with qtbot.waitSignal(dialog.accepted):
        dialog.resolve()
    assert app.conflicts.get(made).status == "mine"


def test_the_sync_centre_lists_what_waits_and_what_disagrees(qtbot: QtBot, app: App, session: Session) -> None:
    conflict(app)
    app.leads.create({"name": "Bela Shah"})
    session.workspace.go("sync")
    settle(qtbot, session)
    pane = session.workspace.pane
    assert isinstance(pane, SyncPane)
    assert pane.conflicts.table.lines.rowCount() == 1
    assert pane.waiting.table.lines.lines[0].cells[0] == "Bela Shah"


def test_a_new_lead_warns_of_its_double_and_is_stored(qtbot: QtBot, app: App, session: Session) -> None:
    app.leads.create({"name": "Asha Rao", "phone": "+919876543210"})
    dialog = NewRecordDialog(session.ctx, "lead", session.workspace)
    dialog.show()
    put(dialog.form, "name", "Aasha Raao")
    put(dialog.form, "phone", "98765 43210")
    qtbot.waitUntil(dialog._hint.isVisible)
    with qtbot.waitSignal(dialog.accepted):
        dialog.save()
    assert session.ctx.app.lists.count(ListQuery("lead")) == 2


def test_a_new_lead_without_a_name_is_not_stored(qtbot: QtBot, session: Session) -> None:
    dialog = NewRecordDialog(session.ctx, "lead", session.workspace)
    dialog.show()
    dialog.save()
    settle(qtbot, session)
    assert dialog.isVisible()
    assert dialog.form.problems().keys() == {"name"}
    dialog.reject()


def test_a_deal_and_its_payment_are_recorded_in_paise(qtbot: QtBot, app: App, session: Session) -> None:
    lead = app.leads.create({"name": "Asha Rao"})
    deal = DealDialog(session.ctx, {"lead_id": lead}, session.workspace)
    put(deal.form, "agreed_paise", "6,25,000")
    with qtbot.waitSignal(deal.accepted):
        deal.save()
    made = app.transactions.of(lead_id=lead)[0]
    payment = PaymentDialog(session.ctx, made.id, session.workspace)
    put(payment.form, "amount_paise", "25000")
    with qtbot.waitSignal(payment.accepted):
        payment.save()
    ledger = app.transactions.ledger(made.id)
    assert (ledger.agreed, ledger.received, ledger.outstanding) == (6_25_000_00, 25_000_00, 6_00_000_00)


def test_cash_beyond_the_law_is_refused_with_its_reason(
    qtbot: QtBot, app: App, session: Session, problems: list[NxcrmError]
) -> None:
    lead = app.leads.create({"name": "Asha Rao"})
    deal = app.transactions.record(kind="sale", agreed_paise=6_25_000_00, lead_id=lead)
    payment = PaymentDialog(session.ctx, deal, session.workspace)
    put(payment.form, "amount_paise", "2 lakh")
    payment.form.fill({"mode": "cash"})
    payment.save()
    settle(qtbot, session)
    assert [problem.code for problem in problems] == ["cash_limit"]
    assert app.transactions.ledger(deal).received == 0


def test_copied_details_name_no_one() -> None:
    problem = NxcrmError("invalid_value", "“Asha Rao” is no phone.", details={"field": "phone"})
    assert "code: invalid_value" in details_of(problem)
    assert "field: phone" in details_of(problem)
    assert "Asha" not in details_of(problem)
