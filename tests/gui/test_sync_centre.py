"""The sync centre: it tells where sync stands, what it did, and does what the user wants of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.domain import clock
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.ports import SyncRun
from sync.client.telling import MeteredRule, Phase, SyncStatus
from tests.gui.conftest import settle
from ui.panes.sync_centre import SyncPane
from ui.session import Session, state_of
from ui.widgets.sync_pill import face

pytestmark = pytest.mark.allow_log(r"sync_failed|live_ended")
AWAY = NxcrmError("server_unreachable", "No.", safe="All.", todo="Wait.")
NOON = 1_790_000_000_000


@pytest.fixture
def session(app: App, session_of: Callable[[App], Session]) -> Session:
    return session_of(app)


@pytest.fixture
def pane(qtbot: QtBot, session: Session) -> SyncPane:
    session.workspace.go("sync")
    settle(qtbot, session)
    found = session.workspace.pane
    assert isinstance(found, SyncPane)
    return found


@pytest.mark.parametrize(
    ("status", "title", "detail"),
    [
        (SyncStatus(Phase.SYNCED, last_sync_ms=NOON, live=True), "Everything is on the server", "Live"),
        (SyncStatus(Phase.SYNCED, last_sync_ms=NOON), "Everything is on the server", "every minute"),
        (SyncStatus(Phase.SYNCED, waiting=1), "1 edit will be sent in a moment", "Not synced yet"),
        (SyncStatus(Phase.CONFLICTS, conflicts=2), "2 conflicts to decide", "Not synced yet"),
        (SyncStatus(Phase.CONFLICTS, conflicts=2, waiting=1), "2 conflicts to decide", "1 edit waiting"),
        (SyncStatus(Phase.SYNCED, papers_waiting=3, metered=True), "Records are on the server", "link is metered"),
        (SyncStatus(Phase.SYNCING), "Syncing", "Asking the server"),
        (
            SyncStatus(Phase.SYNCING, 12, 4000, stage="push", bytes_up=5_000_000),
            "Syncing", "Sending edits: 12 of 4,000 · ↑ 4.8 MB",
        ),
        (SyncStatus(Phase.OFFLINE, waiting=7, error=AWAY, retry_ms=NOON), "cannot be reached", "Next try at 19:43"),
        (SyncStatus(Phase.PAUSED, waiting=7), "Sync is paused", "7 edits waiting"),
        (SyncStatus(Phase.METERED, waiting=7), "not metered", "7 edits waiting"),
        (SyncStatus(Phase.SIGN_IN, error=AWAY), "Sign in", ""),
    ],
)  # fmt: skip
def test_the_state_is_told_in_words(pane: SyncPane, status: SyncStatus, title: str, detail: str) -> None:
    pane.ctx.sync.show(status)
    assert title in pane.head.title.text()
    assert detail in pane.head.detail.text()
    assert pane.head.bar.isVisible() is (status.phase is Phase.SYNCING)


@pytest.mark.parametrize("phase", list(Phase))
def test_the_pill_tells_the_same_truth(session: Session, pane: SyncPane, phase: Phase) -> None:
    status = SyncStatus(phase, waiting=7, conflicts=1 if phase is Phase.CONFLICTS else 0)
    pane.ctx.sync.show(status)
    assert session.workspace.status.pill.text() == face(state_of(status)).words
    assert "7" in session.workspace.status.pill.text() or phase in (Phase.SYNCING, Phase.SIGN_IN, Phase.FAILED)


def test_a_failure_says_what_happened_what_is_safe_and_what_to_do(pane: SyncPane) -> None:
    pane.ctx.sync.show(SyncStatus(Phase.SYNCED))
    assert not pane.head.trouble.isVisible()
    pane.ctx.sync.show(SyncStatus(Phase.FAILED, error=NxcrmError("odd", "It broke.", safe="Your work.", todo="Call.")))
    assert pane.head.trouble.isVisible()
    assert [part.text() for part in pane.head.told] == ["It broke.", "Your work.", "Call."]
    pane.ctx.sync.show(SyncStatus(Phase.OFFLINE, error=AWAY))
    assert all(len(part.text()) > 10 for part in pane.head.told)


def test_pausing_lasts_until_it_is_resumed(qtbot: QtBot, session: Session, pane: SyncPane, app: App) -> None:
    session.start_sync()
    sync = pane.ctx.sync
    qtbot.waitUntil(lambda: sync.status is not None and sync.status.phase is Phase.OFFLINE)
    pane.head.pause.click()
    qtbot.waitUntil(lambda: sync.status is not None and sync.status.phase is Phase.PAUSED)
    settle(qtbot, session)
    assert pane.head.pause.text() == "Resume"
    assert session.workspace.status.pill.text() == "Paused"
    assert app.syncing.settings().paused
    pane.head.pause.click()
    qtbot.waitUntil(lambda: sync.status is not None and sync.status.phase is Phase.OFFLINE)
    settle(qtbot, session)
    assert not app.syncing.settings().paused


def test_asking_for_a_sync_ends_a_pause(qtbot: QtBot, session: Session, pane: SyncPane, app: App) -> None:
    session.start_sync()
    pane.ctx.sync.pause()
    settle(qtbot, session)
    pane.head.now.click()
    settle(qtbot, session)
    assert not app.syncing.settings().paused


def test_the_rule_for_metered_links_is_kept(qtbot: QtBot, session: Session, pane: SyncPane, app: App) -> None:
    choice = pane.metered.choice
    assert MeteredRule(choice.currentData()) is MeteredRule.ROWS
    choice.setCurrentIndex(choice.findData(MeteredRule.NOTHING))
    choice.activated.emit(choice.currentIndex())
    settle(qtbot, session)
    assert app.syncing.settings().rule is MeteredRule.NOTHING


def test_documents_may_be_synced_anyway(pane: SyncPane) -> None:
    pane.ctx.sync.show(SyncStatus(Phase.SYNCED, papers_waiting=2))
    assert not pane.head.anyway.isVisible()
    pane.ctx.sync.show(SyncStatus(Phase.SYNCED, papers_waiting=2, metered=True))
    assert pane.head.anyway.isVisible()


def test_signing_in_takes_the_place_of_the_other_buttons(qtbot: QtBot, session: Session, pane: SyncPane) -> None:
    pane.ctx.sync.show(SyncStatus(Phase.SIGN_IN, error=AWAY))
    shown = [button.text() for button in pane.head.findChildren(QPushButton) if button.isVisible()]
    assert shown == ["Sign in …"]
    asked: list[bool] = []
    pane.ctx.sync.sign_in_asked.connect(lambda: asked.append(True))
    pane.head.sign_in.click()
    assert asked == [True]
    assert session._sign_in is not None
    session._sign_in.close()


def test_the_history_is_empty_at_first_and_then_tells_each_run(
    qtbot: QtBot, session: Session, pane: SyncPane, app: App
) -> None:
    pane.tabs.setCurrentWidget(pane.history)
    settle(qtbot, session)
    assert pane.history.stack.currentWidget() is not pane.history.table
    now = clock.now_ms()
    SyncStore(app.store).record(SyncRun(now, now, "done", None, pushed=1, pulled=1200, bytes_up=900, bytes_down=5000))
    SyncStore(app.store).record(SyncRun(now, now, "failed", "server_unreachable"))
    pane.ctx.sync.show(SyncStatus(Phase.SYNCED))
    settle(qtbot, session)
    lines = [line.cells for line in pane.history.table.lines.lines]
    assert lines[0][1:] == ("Failed", "The server does not answer over this network.", "–")
    assert lines[1][1:3] == ("Done", "1 edit sent · 1,200 records received")
    assert lines[1][3].startswith("↑ 900 bytes")


def test_the_network_coming_back_ends_the_back_off(qtbot: QtBot, session: Session, pane: SyncPane) -> None:
    session.start_sync()
    sync = pane.ctx.sync
    qtbot.waitUntil(lambda: sync.status is not None and sync.status.retry_ms is not None)
    assert sync.status is not None
    before = sync.status.retry_ms
    sync._network.returned.emit()
    qtbot.waitUntil(lambda: sync.status is not None and sync.status.retry_ms not in (None, before))
