"""The user's hand on sync: what it does now, start, pause, and what happens on links that are paid by volume."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from nxcrm_desktop.services.syncing import SyncSettings
from ui.network import Network
from ui.tasks import Tasks

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App
    from sync.client.background import BackgroundSync
    from sync.client.telling import MeteredRule, SyncStatus


class SyncControl(QObject):
    """``changed`` with each new status, on the main thread; ``chosen`` with what the user wants from now on.

    ``sign_in_asked`` goes to whoever owns the session.
    """

    changed = Signal(object)
    chosen = Signal(object)
    sign_in_asked = Signal()
    _reported = Signal(object)

    def __init__(self, app: App, tasks: Tasks, network: Network) -> None:
        super().__init__()
        self._app, self._tasks, self._network = app, tasks, network
        self._background: BackgroundSync | None = None
        self.status: SyncStatus | None = None
        self.settings = SyncSettings()
        self._reported.connect(self.show, Qt.ConnectionType.QueuedConnection)
        network.returned.connect(self._returned)
        network.metered.connect(lambda _metered: self._link())

    def start(self) -> None:
        """Sync by itself from now on, as the user chose last."""
        self.settings = self._app.syncing.settings()
        self._background = self._app.background_sync(self._reported.emit)
        self._link()
        self.chosen.emit(self.settings)

    def show(self, status: SyncStatus) -> None:
        """This is how it stands."""
        self.status = status
        self.changed.emit(status)

    def now(self) -> None:
        """Sync now. Paused, it goes on: whoever asks for it wants that."""
        if self.settings.paused:
            self.resume()
        elif self._background is not None:
            self._background.kick()

    def signed_in(self) -> None:
        """The server accepts this laptop again."""
        if self._background is not None:
            self._background.kick()

    def anyway(self) -> None:
        """Sync now, documents included, though the link is paid by volume."""
        if self._background is not None:
            self._background.kick(anyway=True)

    def pause(self) -> None:
        """Nothing more until it is resumed, or the user asks for a sync; also after the program was closed."""
        if self._background is not None:
            self._background.pause()
        self._keep(replace(self.settings, paused=True))

    def resume(self) -> None:
        """Go on by itself."""
        if self._background is not None:
            self._background.resume()
        self._keep(replace(self.settings, paused=False))

    def choose(self, rule: MeteredRule) -> None:
        """What happens on links that are paid by volume."""
        self._keep(replace(self.settings, rule=rule))
        self._link()

    def _keep(self, settings: SyncSettings) -> None:
        self.settings = settings
        self.chosen.emit(settings)
        self._tasks.write(self, lambda: self._app.syncing.save(settings), lambda _done: None)

    def _returned(self) -> None:
        if self._background is not None:
            self._background.reconnected()

    def _link(self) -> None:
        if self._background is not None:
            self._background.set_link(metered=self._network.is_metered, rule=self.settings.rule)
