"""One unlocked session: the context, the workspace, the background sync; and its orderly end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.runtime.executors import Executors
from ui.changes import Changes
from ui.context import Context, Navigator, lister
from ui.dialogs.sign_in import SignInDialog
from ui.main_window import Workspace
from ui.network import Network
from ui.sync_control import SyncControl
from ui.tasks import Jobs, Tasks
from ui.theming.theme import Theme
from ui.widgets.sync_pill import SyncState
from ui.words import Words

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App
    from sync.client.telling import SyncStatus


def state_of(status: SyncStatus) -> SyncState:
    """What the pill shows for a report of the background sync."""
    phase = "synced" if status.phase.value == "conflicts" else status.phase.value
    return SyncState(phase, status.n, status.of, status.waiting, status.conflicts, status.last_sync_ms)


class Session(QObject):
    """Owns everything that must end when the window locks."""

    def __init__(
        self,
        app: App,
        theme: Theme,
        settings: QSettings,
        executors: Executors,
        show_error: Callable[[NxcrmError], None],
    ) -> None:
        super().__init__()
        self.app = app
        tasks = Tasks(executors)
        tasks.failed.connect(show_error)
        self.ctx = Context(
            app=app,
            tasks=tasks,
            jobs=Jobs(tasks),
            changes=Changes(app.store.bus.subscribe),
            theme=theme,
            words=Words(lister(app.lists)),
            settings=settings,
            go=Navigator(),
            sync=SyncControl(app, tasks, Network()),
            show_error=show_error,
        )
        self.workspace = Workspace(self.ctx)
        self.workspace.sign_in_asked.connect(self.sign_in)
        self._sign_in: SignInDialog | None = None
        self.ctx.sync.changed.connect(self._show_sync)
        self.ctx.sync.sign_in_asked.connect(self.sign_in)

    def start_sync(self) -> None:
        """Sync by itself from now on."""
        self.workspace.sync_asked.connect(self.ctx.sync.now)
        self.ctx.sync.start()

    def sign_in(self) -> None:
        """Ask for password and code again: the session at the server has ended, the one in this window goes on."""
        if self._sign_in is None:
            self._sign_in = SignInDialog(self.ctx, self.workspace)
            self._sign_in.signed_in.connect(self.ctx.sync.signed_in)
        self._sign_in.show()
        self._sign_in.raise_()
        self._sign_in.activateWindow()
        self._sign_in.password.setFocus()

    def _show_sync(self, status: SyncStatus) -> None:
        self.workspace.show_sync(state_of(status))

    def end(self) -> Callable[[], None]:
        """Show nothing more. Returns what closes the store: it may wait for the network, so not on the main thread."""
        self.ctx.changes.close()
        for job in self.ctx.jobs.running:
            job.cancel()
        self.ctx.tasks.close()
        self.workspace.hide()
        self.workspace.deleteLater()
        return self.app.close
