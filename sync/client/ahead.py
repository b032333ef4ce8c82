"""Talking to the server while what it said before is being stored: one other thread, and never two calls at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Line:
    """Makes calls in a thread of its own, one after the other. Leaving waits for the call under way."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def start(self, call: Callable[[], T]) -> Callable[[], T]:
        """Begin a call; what is returned waits for its answer, or raises its error."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "sync-line")
        return self._pool.submit(call).result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown()


class Ahead(Generic[T]):
    """Values made one after the other by a thread of their own, a few ahead of whoever takes them.

    ``make`` gives the next value, or None after the last; what it raises is raised to whoever takes, after the values
    that were made before. ``room``: how many may wait to be taken. Leaving waits for the value being made.
    """

    def __init__(self, make: Callable[[], T | None], room: int) -> None:
        self._make = make
        self._slots = threading.Semaphore(room)
        self._made: queue.SimpleQueue[T | BaseException | None] = queue.SimpleQueue()
        self._ended: BaseException | None = None
        self._over = self._left = False
        self._thread = threading.Thread(target=self._work, name="sync-ahead", daemon=True)

    def take(self, most: int) -> list[T]:
        """What is there, waiting for the first of it; at most so many; empty after the last."""
        taken: list[T] = []
        while len(taken) < most and not self._over and not (taken and self._made.empty()):
            made = self._made.get()
            self._slots.release()
            if made is None or isinstance(made, BaseException):
                self._over, self._ended = True, made
            else:
                taken.append(made)
        if not taken and self._ended is not None:
            raise self._ended
        return taken

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._left = True
        self._slots.release()
        self._thread.join()

    def _work(self) -> None:
        try:
            made: T | None = None
            while self._slots.acquire() and not self._left:
                made = self._make()
                self._made.put(made)
                if made is None:
                    return
        except BaseException as error:  # noqa: BLE001 (raised by the thread that takes)
            self._made.put(error)
