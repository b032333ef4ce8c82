"""What every part of an unlocked window may use, handed to it by hand: no part looks anything up in a global place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.permissions import Action, may, writable_fields
from nxcrm_desktop.domain.records import ListQuery, Record
from nxcrm_desktop.errors import NxcrmError
from ui.changes import Changes
from ui.sync_control import SyncControl
from ui.tasks import Jobs, Tasks
from ui.theming.theme import Theme
from ui.words import Lists, Words

if TYPE_CHECKING:
    from nxcrm_desktop.bootstrap import App
    from nxcrm_desktop.services.lists import ListService


class Navigator(QObject):
    """Ways from one pane to another, which know nothing of each other: the window listens."""

    record = Signal(str, str)  # (entity, id): show it
    place = Signal(str)  # key of the rail
    new = Signal(str)  # entity: ask for a new one
    back = Signal()


@dataclass
class Context:
    """One unlocked session."""

    app: App
    tasks: Tasks
    jobs: Jobs
    changes: Changes
    theme: Theme
    words: Words
    settings: QSettings
    go: Navigator
    sync: SyncControl
    show_error: Callable[[NxcrmError], None]

    def may(self, action: Action, entity: str) -> bool:
        """Whether the user's role may do this; the services and the server judge again."""
        return may(self.app.actor.role, action, entity)

    def writable(self, entity: str, action: Action) -> frozenset[str]:
        """Fields the user's role may set."""
        return writable_fields(self.app.actor.role, ENTITIES[entity], action)

    def read_lists(self, owner: QObject, done: Callable[[], None]) -> None:
        """Read staff and stages anew, then go on."""

        def take(lists: Lists) -> None:
            self.words.lists = lists
            done()

        self.tasks.read(owner, self.words.read_lists, take)


def lister(lists: ListService) -> Callable[[ListQuery, int], Iterable[Record]]:
    """Read the beginning of any list; for reader threads."""
    return lambda query, limit: lists.page(query, limit=limit).rows
