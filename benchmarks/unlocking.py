"""From a typed password to the list of 100,000 leads, in the real window offscreen, with keys at their full cost."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication

from benchmarks.figures import Figure, quantiles, seconds, times_ms
from benchmarks.leads import leads, pages
from nxcrm_desktop.bootstrap import Profile
from nxcrm_desktop.runtime import logs
from nxcrm_desktop.security.envelope import Protection
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.sync_store import SyncStore
from tests.helpers.keyring_session import secret_service
from tests.helpers.keys import CHEAP
from tests.helpers.qt import PASSWORD, make_profile
from ui.app import Desktop, make_application
from ui.language import install_language
from ui.theming.theme import Theme
from ui.theming.tokens import Appearance
from ui.widgets.list_pane import ListPane

ROWS = 100_000
_TIMES = 3
_AT_ONCE = 5  # pages to a transaction, as the sync client stores them
_ORDERS = ("name", "city", "phone", "updated_at")


def measure(folder: Path, count: int = ROWS) -> list[Figure]:
    """All figures of unlocking at ``count`` leads, measured in ``folder``."""
    profile = make_profile(folder / "p", fill=lambda store, _user: _fill(store, count))
    application = make_application(["nxcrm"])
    install_language(application, "en")
    theme = Theme(application, Appearance.LIGHT)
    with _log(folder / "logs"), _keyring(folder / "k"):
        with _sealed(profile, Protection.KEYRING):
            figures = _unlocking(application, theme, profile, "password and keyring", 1.5)
            figures += _sorting(application, theme, profile)
        with _sealed(profile, Protection.PASSWORD):
            figures += _unlocking(application, theme, profile, "a password alone")
    return figures


def _fill(store: Store, count: int) -> None:
    sync, sent = SyncStore(store), pages(leads(count))
    for at in range(0, len(sent), _AT_ONCE):
        sync.apply_pages(sent[at : at + _AT_ONCE])


@contextmanager
def _log(folder: Path) -> Iterator[None]:
    """The log goes to a file, as in use: there is no server for the background sync to find."""
    stop = logs.start(folder)
    try:
        yield
    finally:
        stop()


@contextmanager
def _keyring(home: Path) -> Iterator[None]:
    """A real Secret Service of its own, for this process."""
    with secret_service(home) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield


@contextmanager
def _sealed(profile: Profile, protection: Protection) -> Iterator[None]:
    """The profile with keys at their full cost, protected like this; afterwards as it was."""
    dek = profile.keys(CHEAP).unlock(PASSWORD)
    cheap = {path: path.read_bytes() for path in profile.folder.glob("key.*")}
    for path in cheap:
        path.unlink()
    profile.keys().create(dek, PASSWORD, protection)
    try:
        yield
    finally:
        profile.keys().forget()
        for path, body in cheap.items():
            path.write_bytes(body)


def _unlocking(
    application: QApplication, theme: Theme, profile: Profile, how: str, target: float | None = None
) -> list[Figure]:
    whole = []
    for _ in range(_TIMES):
        with _desktop(application, theme, profile) as desktop:
            whole.append(seconds(lambda: _unlock(application, desktop)))
    keys = [seconds(lambda: profile.keys().unlock(PASSWORD)) for _ in range(_TIMES)]
    return [
        Figure(f"password typed to list drawn ({how}), median", statistics.median(whole), "s", target),
        Figure(f"of which Argon2id, slow on purpose ({how}), median", statistics.median(keys), "s"),
    ]


def _sorting(application: QApplication, theme: Theme, profile: Profile) -> list[Figure]:
    with _desktop(application, theme, profile) as desktop:
        pane = _unlock(application, desktop)

        def sort(number: int) -> None:
            pane.table.sorted_by.emit(_ORDERS[number % len(_ORDERS)], number % 8 > 3)
            _until(application, lambda: pane.model.settled)

        return quantiles("list drawn in another order", times_ms(sort, 40), 100)


@contextmanager
def _desktop(application: QApplication, theme: Theme, profile: Profile) -> Iterator[Desktop]:
    settings = QSettings(str(profile.folder / "settings.ini"), QSettings.Format.IniFormat)
    desktop = Desktop(application, theme, profile.folder, settings)
    desktop.window.show()
    application.processEvents()
    try:
        yield desktop
    finally:
        desktop.close()
        desktop.window.deleteLater()


def _unlock(application: QApplication, desktop: Desktop) -> ListPane:
    desktop.unlock_with(PASSWORD)
    _until(application, lambda: _list(desktop) is not None)
    pane = _list(desktop)
    assert pane is not None
    return pane


def _list(desktop: Desktop) -> ListPane | None:
    """The list, once its rows are there."""
    pane = desktop.session.workspace.pane if desktop.session is not None else None
    return pane if isinstance(pane, ListPane) and pane.model.settled and pane.model.rowCount() else None


def _until(application: QApplication, done: Callable[[], bool]) -> None:
    """Lets the window work until ``done``, then draw what it has to show."""
    while not done():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    application.processEvents()
