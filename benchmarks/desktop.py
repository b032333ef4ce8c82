"""What a hand can feel, at 100,000 leads in a real encrypted profile: start, scroll, search, open.

Drawn offscreen by the processor alone, at 1366 × 768; a frame is a repaint of the whole list.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, quantiles, seconds
from benchmarks.leads import leads, pages
from nxcrm_desktop.bootstrap import App, Profile, unlock
from nxcrm_desktop.security.envelope import COSTS
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.sync_store import SyncStore
from tests.helpers.qt import PASSWORD, make_profile
from ui.dialogs.palette import Palette
from ui.panes.leads import LeadsPane
from ui.pictures import Photographer, headless_application

ROWS = 100_000
_STARTS = 5
_AT_ONCE = 5  # pages to a transaction, as the sync client stores them
_FRAMES = 300
_JUMPS = 40
_OPENED = 40
_TYPED = ("r", "ra", "rav", "ravi", "ravi k", "sharma", "deepak", "9876543", "43210", "person.12", "रमेश", "ramesh")
_TO_UNLOCK_SCREEN = """
from pathlib import Path
import sys, time
from PySide6.QtCore import QSettings
from ui.app import Desktop, make_application
from ui.language import install_language
from ui.theming.theme import Theme
from ui.theming.tokens import Appearance
application = make_application(["nxcrm"])
install_language(application, "en")
desktop = Desktop(application, Theme(application, Appearance.LIGHT), Path(sys.argv[1]), QSettings())
desktop.window.show()
application.processEvents()
desktop.window.grab()
desktop.close()
"""


def measure(folder: Path, count: int = ROWS) -> list[Figure]:
    """All figures of the window at ``count`` leads."""
    profile = make_profile(folder / "profile", fill=lambda store, user: _fill(store, user, count), costs=COSTS)
    figures = [_cold_start(profile)]
    app = unlock(profile, PASSWORD)
    application, theme = headless_application()
    with Photographer(application, theme, app, folder, "") as window:
        pane = window.workspace.pane
        assert isinstance(pane, LeadsPane), "an executive's first place"
        window.wait(lambda: pane.model.record(0) is not None)
        figures += _lists(window, pane) + _searches(window) + _records(window, pane, app)
    app.close()
    return figures


def _fill(store: Store, user_id: str, count: int) -> None:
    sync = SyncStore(store)
    sent = pages([row | {"owner_id": user_id} for row in leads(count)])
    for at in range(0, len(sent), _AT_ONCE):
        sync.apply_pages(sent[at : at + _AT_ONCE])


def _cold_start(profile: Profile) -> Figure:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _TO_UNLOCK_SCREEN, str(profile.folder)]

    def start() -> None:
        subprocess.run(command, check=True, env=environment, capture_output=True)

    start()  # the first run reads the disk and compiles
    spent = statistics.median(seconds(start) for _ in range(_STARTS))
    return Figure("new process to unlock screen drawn, and its end, median", spent, "s", 1.0)


def _timed(act: Callable[[], object]) -> float:
    return 1000 * seconds(act)


def _lists(window: Photographer, pane: LeadsPane) -> list[Figure]:
    window.settle()
    bar, view = pane.table.verticalScrollBar(), pane.table.viewport()

    def frame(number: int) -> None:
        bar.setValue(number * 40)
        view.repaint()
        window.application.processEvents()

    def jump(number: int) -> None:
        bar.setValue(bar.maximum() * (number * 7919 % 997) // 997)
        window.wait(lambda: pane.model.record(pane.table.rowAt(view.height() // 2)) is not None)
        view.repaint()

    window.wait(lambda: pane.model.settled)
    frames = [_timed(lambda n=n: frame(n)) for n in range(_FRAMES)]  # type: ignore[misc]
    jumps = [_timed(lambda n=n: jump(n)) for n in range(1, _JUMPS)]  # type: ignore[misc]
    bar.setValue(0)
    return quantiles("one frame while scrolling", frames, 16.7) + quantiles("jump anywhere, rows drawn", jumps, 100.0)


def _searches(window: Photographer) -> list[Figure]:
    window.workspace.search()
    palette = window.workspace.findChild(Palette)
    assert isinstance(palette, Palette), "the search that was just opened"

    def look(text: str) -> None:
        palette.line.setText(text)
        window.wait(lambda: not palette.searching)
        palette.view.viewport().repaint()

    spent = [_timed(lambda text=text: look(text)) for _ in range(8) for text in _TYPED]  # type: ignore[misc]
    palette.reject()
    return quantiles("search as one types, hits drawn", spent, 50.0)


def _records(window: Photographer, pane: LeadsPane, app: App) -> list[Figure]:
    ids = [record.id for record in app.leads.page(pane.query(), limit=_OPENED).rows]

    def show(lead: str) -> None:
        pane.open(lead)
        window.wait(lambda: pane.detail.record is not None and pane.detail.record.id == lead)
        pane.detail.repaint()

    show(ids[0])
    return quantiles("open a record, drawn", [_timed(lambda i=i: show(i)) for i in ids[1:]], 50.0)  # type: ignore[misc]
