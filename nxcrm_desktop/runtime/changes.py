"""The change bus: after each commit, subscribers hear which rows changed. They refresh; they never write."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nxcrm_desktop.domain.records import ChangeSet

Subscriber = Callable[[ChangeSet], None]


class ChangeBus:
    """Hands each ChangeSet to every subscriber, in the committing thread, in the order of subscription. Thread-safe.

    A subscriber that raises is a bug: the others are still told, then the first error is raised.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: dict[int, Subscriber] = {}
        self._next = 0

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Be told of every commit from now on. Returns the function that ends it (calling it twice is harmless)."""
        with self._lock:
            key = self._next
            self._next += 1
            self._subscribers[key] = subscriber
        return lambda: self._drop(key)

    def publish(self, changes: ChangeSet) -> None:
        """Tell every subscriber of one commit."""
        with self._lock:
            subscribers = tuple(self._subscribers.values())
        errors = [error for error in (_tell(one, changes) for one in subscribers) if error is not None]
        if errors:
            raise errors[0]

    def _drop(self, key: int) -> None:
        with self._lock:
            self._subscribers.pop(key, None)


def _tell(subscriber: Subscriber, changes: ChangeSet) -> Exception | None:
    try:
        subscriber(changes)
    except Exception as error:  # noqa: BLE001 (one broken pane must not keep the others stale; raised again above)
        return error
    return None
