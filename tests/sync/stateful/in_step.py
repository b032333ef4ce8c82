"""Sync as it is, but for its threads and its clock: what runs beside each other runs one after the other, always alike.

A laptop that dies, is cancelled or loses a reply does so at the same point of the same run, whatever the machine is
doing. The state machine runs the threads themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from types import TracebackType
from typing import Any, Final, Self
from unittest.mock import patch

from sync.client import engine
from tests.helpers import devices

_SECONDS_A_RUN: Final = 7
"""By the clock of a laptop: one run in nine says hello although nothing failed."""


class _Line:
    """Makes each call as soon as it may begin: before what came earlier is stored."""

    def start(self, call: Callable[[], Any]) -> Callable[[], Any]:
        try:
            answer = call()
        except BaseException as error:  # noqa: BLE001 (raised to whoever asks for the answer)
            return partial(_raised, error)
        return lambda: answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Nothing runs on."""


class _Ahead(_Line):
    """Makes values when they are taken, as many as there is room for; raises after what was made before."""

    def __init__(self, make: Callable[[], Any], room: int) -> None:
        self._make = make
        self._failed: BaseException | None = None

    def take(self, most: int) -> list[Any]:
        taken: list[Any] = []
        while len(taken) < most and self._failed is None:
            try:
                made = self._make()
            except BaseException as error:  # noqa: BLE001 (raised below)
                self._failed = error
                break
            if made is None:
                return taken
            taken.append(made)
        if not taken and self._failed is not None:
            raise self._failed
        return taken


class _Clock(devices.RealClock):
    """Time goes by with the runs."""

    def __init__(self) -> None:
        self._seconds = count(step=_SECONDS_A_RUN)

    def monotonic(self) -> float:
        return float(next(self._seconds))


@contextmanager
def in_step() -> Iterator[None]:
    """Laptops made within this run in step."""
    with (
        patch.object(engine, "Line", _Line),
        patch.object(engine, "Ahead", _Ahead),
        patch.object(devices, "RealClock", _Clock),
    ):
        yield


def _raised(error: BaseException) -> Any:
    raise error
