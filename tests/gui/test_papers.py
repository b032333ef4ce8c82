"""Documents in the window: where each is, opening, keeping, freeing, a new version, and the room they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.documents.shelf import DEFAULT_BUDGET
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.paper_sync import PlaceState
from sync.client.paper_ports import Content
from tests.gui.conftest import settle
from tests.gui.test_leads import PNG, opened
from ui.panes.documents import PLACE, DocumentsPane
from ui.panes.leads import LeadsPane
from ui.session import Session
from ui.widgets.paper_space import PaperSpace
from ui.widgets.papers_tab import PapersTab


@pytest.fixture
def lead(app: App) -> str:
    return app.leads.create({"name": "Asha Rao"})


@pytest.fixture
def paper(app: App, lead: str, tmp_path: Path) -> str:
    picture = tmp_path / "RC front.png"
    picture.write_bytes(PNG)
    return app.papers.attach(picture, lead_id=lead)


@pytest.fixture
def session(app: App, lead: str, paper: str, session_of: Callable[[App], Session]) -> Session:
    del lead, paper
    return session_of(app)


@pytest.fixture
def tab(qtbot: QtBot, session: Session, lead: str) -> PapersTab:
    pane = session.workspace.pane
    assert isinstance(pane, LeadsPane)
    opened(qtbot, session, pane, lead)
    pane.detail.tabs.setCurrentWidget(pane.lead.papers)
    settle(qtbot, session)
    return pane.lead.papers


def where(tab: PapersTab) -> str:
    return tab.list.lines.lines[0].cells[3]


def drawn(tab: PapersTab) -> bool:
    return bool(tab.preview.pages._pictures)


def on_server(app: App, paper: str) -> str:
    """As if it had been uploaded; its hash."""
    sha256 = app.papers.version(paper).text("sha256")
    app.shelf.sent(sha256)
    return sha256


def test_from_waiting_over_sent_and_freed_to_fetched(
    qtbot: QtBot, app: App, session: Session, tab: PapersTab, paper: str, problems: list[NxcrmError]
) -> None:
    bar = tab.preview.bar
    assert where(tab) == "Waiting to upload"
    qtbot.waitUntil(lambda: drawn(tab))
    assert not bar.more_actions()[2].isEnabled(), "what only this laptop has is never freed"
    sha256 = on_server(app, paper)
    settle(qtbot, session)
    assert where(tab) == "On this laptop"
    bar.more_actions()[2].trigger()
    settle(qtbot, session)
    assert where(tab) == "On the server"
    assert not app.shelf.has(sha256)
    assert not drawn(tab)
    assert bar.open_button.isVisible()

    bar.open_button.click()  # there is no network
    qtbot.waitUntil(lambda: bool(problems))
    settle(qtbot, session)
    assert problems[0].code == "document_offline"
    assert "keep it on this laptop" in problems[0].todo

    with app.shelf.arriving(Content(sha256, len(PNG))).appending() as target:
        target.write(PNG)
    app.shelf.arrived(Content(sha256, len(PNG)))
    settle(qtbot, session)
    assert where(tab) == "On this laptop"
    qtbot.waitUntil(lambda: drawn(tab))


def test_keeping_one_and_all(qtbot: QtBot, app: App, session: Session, tab: PapersTab, paper: str, lead: str) -> None:
    on_server(app, paper)
    settle(qtbot, session)
    tab.preview.bar.keep_button.click()
    settle(qtbot, session)
    assert where(tab) == "On this laptop · kept"
    assert app.paper_sync.is_kept("document", paper)
    tab.preview.bar.keep_button.click()
    tab._keep.click()
    settle(qtbot, session)
    assert app.paper_sync.is_kept("lead", lead)
    assert not app.paper_sync.is_kept("document", paper)
    assert where(tab) == "On this laptop · kept"
    tab._keep.click()
    settle(qtbot, session)
    assert where(tab) == "On this laptop"


def test_a_failure_says_why_and_is_tried_again_when_asked(
    qtbot: QtBot, app: App, session: Session, tab: PapersTab, paper: str
) -> None:
    app.shelf.failed(app.papers.version(paper).text("sha256"), "blob_too_large", None)
    settle(qtbot, session)
    assert where(tab) == "Failed"
    assert "no file as large as this" in tab.preview.bar._why.text()
    tab.preview.bar.retry_button.click()
    settle(qtbot, session)
    assert where(tab) == "Waiting to upload"
    assert app.paper_sync.places([paper])[paper].state is PlaceState.WAITING


def test_a_new_version_is_shown_at_once(
    qtbot: QtBot, app: App, session: Session, tab: PapersTab, paper: str, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: drawn(tab))
    first = tab.preview._shown
    newer = tmp_path / "RC back.png"
    newer.write_bytes(PNG + b" ")
    tab.preview.bar.add_version(newer)
    settle(qtbot, session)
    assert [version["file_name"] for version in app.papers.versions(paper)] == ["RC front.png", "RC back.png"]
    qtbot.waitUntil(lambda: tab.preview._shown not in ("", first))


def test_the_list_of_documents_says_where_each_is(qtbot: QtBot, app: App, session: Session, paper: str) -> None:
    session.workspace.go("documents")
    settle(qtbot, session)
    pane = session.workspace.pane
    assert isinstance(pane, DocumentsPane)
    column = next(i for i, one in enumerate(pane.model.columns) if one.name == PLACE)

    def shown() -> object:
        return pane.model.data(pane.model.index(0, column))

    assert shown() == "Waiting to upload"
    on_server(app, paper)
    settle(qtbot, session)
    assert shown() == "On this laptop"


def test_the_room_for_documents_is_shown_and_chosen(qtbot: QtBot, app: App, session: Session, paper: str) -> None:
    on_server(app, paper)
    space = PaperSpace(session.ctx)
    qtbot.addWidget(space)
    space.show()
    settle(qtbot, session)
    assert "used" in space.words.text()
    assert space.choice.currentData() == DEFAULT_BUDGET
    space.choice.setCurrentIndex(0)
    with qtbot.waitSignal(space.chosen):
        space.choice.activated.emit(0)
    settle(qtbot, session)
    assert app.paper_sync.space().budget == space.choice.itemData(0) < DEFAULT_BUDGET
