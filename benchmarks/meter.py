"""Processor time and memory of processes while something runs in them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import psutil

T = TypeVar("T")
_SAMPLE_S = 0.02
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Spent(Generic[T]):
    """What something gave, and what it took: seconds by the clock, processor seconds and growth of memory by name.

    ``grown``: the highest resident memory seen meanwhile less that at the beginning, MB.
    """

    result: T
    seconds: float
    cpu: Mapping[str, float] = field(default_factory=dict)
    grown: Mapping[str, float] = field(default_factory=dict)

    @property
    def work(self) -> float:
        """Processor seconds of all together: what it costs, however busy the machine is with other things."""
        return sum(self.cpu.values())


@dataclass(frozen=True, slots=True)
class Meter:
    """Watches processes, each with those it has started, by name → process id."""

    pids: Mapping[str, int]

    def measure(self, act: Callable[[], T]) -> Spent[T]:
        """Do it, and tell what it took."""
        trees = {name: list(_tree(pid)) for name, pid in self.pids.items()}
        before = {name: _resident(tree) for name, tree in trees.items()}
        used = {name: _used(tree) for name, tree in trees.items()}
        peaks, done = dict(before), threading.Event()
        watch = threading.Thread(target=_watch, args=(trees, peaks, done))
        watch.start()
        began = time.perf_counter()
        try:
            result = act()
        finally:
            seconds = time.perf_counter() - began
            done.set()
            watch.join()
        return Spent(
            result,
            seconds,
            {name: _used(tree) - used[name] for name, tree in trees.items()},
            {name: (peaks[name] - before[name]) / _MB for name in trees},
        )


def _tree(pid: int) -> Iterator[psutil.Process]:
    process = psutil.Process(pid)
    yield process
    yield from process.children(recursive=True)


def _used(tree: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in tree if process.is_running()]
    return float(sum(t.user + t.system for t in times))


def _resident(tree: list[psutil.Process]) -> int:
    return sum(process.memory_info().rss for process in tree if process.is_running())


def _watch(trees: Mapping[str, list[psutil.Process]], peaks: dict[str, int], done: threading.Event) -> None:
    while not done.wait(_SAMPLE_S):
        for name, tree in trees.items():
            peaks[name] = max(peaks[name], _resident(tree))
