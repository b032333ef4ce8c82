"""The windowed list: any length, kept in step with the store, selection by id."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import Condition, ListQuery
from ui.models.source import PAGE, Reader
from ui.models.window import Column, WindowModel
from ui.tasks import Tasks
from ui.theming.theme import Theme
from ui.widgets.list_table import ListTable

BY_NAME = ListQuery("lead", order="name")
MANY = 1_050


def fill(app: App, names: Sequence[str]) -> list[str]:
    with app.store.write(app.actor) as work:
        return work.create_many(
            "lead", [{"name": name, "stage": "new", "owner_id": app.actor.user_id} for name in names]
        )


def columns(*names: str) -> list[Column]:
    return [Column(name, ENTITIES["lead"].fields[name], name) for name in names]


@pytest.fixture
def model(qtbot: QtBot, app: App, tasks: Tasks) -> WindowModel:
    reader = Reader(app.lists, lambda _records: {})
    made = WindowModel(tasks, reader, columns("name", "stage"), lambda record, column, _t: record.text(column.name))
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def load(qtbot: QtBot, model: WindowModel, query: ListQuery = BY_NAME) -> None:
    with qtbot.waitSignal(model.loaded):
        model.load(query)


def refresh(qtbot: QtBot, model: WindowModel) -> None:
    with qtbot.waitSignal(model.loaded):
        model.refresh()


def name_at(qtbot: QtBot, model: WindowModel, row: int) -> str:
    index = model.index(row, 0)
    qtbot.waitUntil(lambda: index.data() is not None)
    return str(index.data())


def numbered(count: int) -> list[str]:
    return [f"Lead {number:05d}" for number in range(count)]


def test_a_long_list_shows_every_row_in_order_wherever_one_jumps(qtbot: QtBot, app: App, model: WindowModel) -> None:
    fill(app, numbered(MANY))
    load(qtbot, model)
    assert model.rowCount() == MANY
    for row in (0, 99, 100, 730, 731, MANY - 1, 250):
        assert name_at(qtbot, model, row) == f"Lead {row:05d}"


def test_only_a_window_of_it_is_in_memory(qtbot: QtBot, app: App, model: WindowModel) -> None:
    fill(app, numbered(MANY))
    load(qtbot, model)
    assert model.record(MANY - 1) is None
    assert len(model._pages) == 1
    name_at(qtbot, model, MANY - 1)
    assert len(model._pages) == 2


def test_an_inserted_row_appears_and_the_selection_stays_on_its_record(
    qtbot: QtBot, app: App, model: WindowModel
) -> None:
    ids = fill(app, ["Bela", "Chetan", "Divya"])
    load(qtbot, model)
    held = QPersistentModelIndex(model.index(1, 0))
    fill(app, ["Asha"])
    refresh(qtbot, model)
    assert [name_at(qtbot, model, row) for row in range(4)] == ["Asha", "Bela", "Chetan", "Divya"]
    assert held.row() == 2
    assert model.row_of(ids[1]) == 2


def test_a_deleted_row_goes_and_the_others_close_up(qtbot: QtBot, app: App, model: WindowModel) -> None:
    ids = fill(app, ["Asha", "Bela", "Chetan"])
    load(qtbot, model)
    gone, kept = QPersistentModelIndex(model.index(1, 0)), QPersistentModelIndex(model.index(2, 0))
    app.leads.delete([ids[1]])
    refresh(qtbot, model)
    assert model.rowCount() == 2
    assert not gone.isValid()
    assert kept.row() == 1


def test_a_changed_name_moves_its_row(qtbot: QtBot, app: App, model: WindowModel) -> None:
    ids = fill(app, ["Asha", "Bela", "Chetan"])
    load(qtbot, model)
    held = QPersistentModelIndex(model.index(0, 0))
    app.leads.update(ids[0], {"name": "Zoya"})
    refresh(qtbot, model)
    assert [name_at(qtbot, model, row) for row in range(3)] == ["Bela", "Chetan", "Zoya"]
    assert held.row() == 2


def test_sort_and_filter_are_the_store_s(qtbot: QtBot, app: App, model: WindowModel) -> None:
    ids = fill(app, numbered(5))
    app.leads.change_stage(ids[3], "contacted")
    load(qtbot, model, ListQuery("lead", order="name", descending=True))
    assert name_at(qtbot, model, 0) == "Lead 00004"
    load(qtbot, model, ListQuery("lead", (Condition("stage", value="contacted"),), order="name"))
    assert model.rowCount() == 1
    assert name_at(qtbot, model, 0) == "Lead 00003"


def test_old_rows_stay_until_the_new_ones_are_here(qtbot: QtBot, app: App, model: WindowModel) -> None:
    fill(app, ["Asha"])
    load(qtbot, model)
    model.load(ListQuery("lead", search="nobody", order="name"))
    assert model.rowCount() == 1
    qtbot.waitUntil(lambda: model.rowCount() == 0)


def test_a_list_that_shrinks_and_grows_by_pages_stays_sound(qtbot: QtBot, app: App, model: WindowModel) -> None:
    ids = fill(app, numbered(3 * PAGE))
    load(qtbot, model)
    name_at(qtbot, model, 2 * PAGE + 5)
    app.leads.delete(ids[: 2 * PAGE + 50])
    refresh(qtbot, model)
    assert model.rowCount() == 50
    fill(app, [f"Zed {number}" for number in range(PAGE)])
    refresh(qtbot, model)
    assert model.rowCount() == PAGE + 50
    assert name_at(qtbot, model, PAGE + 49).startswith("Zed")


def test_the_table_keeps_its_place_and_its_selection_over_a_refresh(
    qtbot: QtBot, app: App, model: WindowModel, theme: Theme
) -> None:
    fill(app, numbered(300))
    table = ListTable("Leads", theme, model, {}, lambda _record, _column: "", {})
    qtbot.addWidget(table)
    table.resize(500, 400)
    table.show()
    load(qtbot, model)
    table.scrollTo(model.index(60, 0), ListTable.ScrollHint.PositionAtTop)
    flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    table.selectionModel().setCurrentIndex(model.index(62, 0), flags)
    top = name_at(qtbot, model, table.rowAt(0))
    fill(app, ["Aaa", "Aab"])
    refresh(qtbot, model)
    assert name_at(qtbot, model, table.rowAt(0)) == top
    assert table.currentIndex().data(Qt.ItemDataRole.DisplayRole) == "Lead 00062"
