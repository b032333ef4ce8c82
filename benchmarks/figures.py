"""One measured figure, what it is compared with, and how many of them are told."""

from __future__ import annotations

import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec


@dataclass(frozen=True, slots=True)
class Peer:
    """What a figure is compared with: the same work done another way in the same run, in the figure's unit."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    ``target``: the limit it must not exceed, in its own unit; None when the figure is told for comparison.
    ``part``: the part of the benchmarks it belongs to, put in by the runner.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    peer: Peer | None = None
    part: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the peer's value this is."""
        return self.value / self.peer.value if self.peer is not None and self.peer.value else None

    @property
    def met(self) -> bool | None:
        """Whether it is within its target; None without one."""
        return None if self.target is None else self.value <= self.target

    def of(self, part: str) -> Figure:
        """The same, belonging to ``part``."""
        return replace(self, part=part)


# ------------------------------------------------------------------------------------------------------------ measure


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def times_ms(act: Callable[[int], object], times: int) -> list[float]:
    """Milliseconds of each of so many calls; each is given its number."""
    return [1000 * seconds(lambda number=number: act(number)) for number in range(times)]  # type: ignore[misc]


def p99(spent: Sequence[float]) -> float:
    """The 99th percentile: the smallest value that 99 % of the values do not exceed."""
    return sorted(spent)[max(0, math.ceil(len(spent) * 0.99) - 1)]


def quantiles(name: str, spent: Sequence[float], target: float | None = None) -> list[Figure]:
    """Median and 99th percentile of milliseconds; the target is the latter's."""
    return [
        Figure(f"{name}, median", statistics.median(spent), "ms"),
        Figure(f"{name}, 99th percentile", p99(spent), "ms", target),
    ]


# --------------------------------------------------------------------------------------------------------------- tell

_TITLE = "# Figures of one run of the benchmarks"


def table(figures: Iterable[Figure]) -> str:
    """Plain text for a terminal."""
    return "\n".join(
        f"{figure.part:8} {figure.name:68} {_number(figure.value):>9} {figure.unit:7} {_compared(figure):48} "
        f"{_judged(figure)}".rstrip()
        for figure in figures
    )


def markdown(figures: Iterable[Figure]) -> str:
    """A document of its own: the machine it was measured on, and a table."""
    rows = [
        f"| {figure.part} | {figure.name} | {_number(figure.value)} {figure.unit} | {_compared(figure)} | "
        f"{_judged(figure)} |"
        for figure in figures
    ]
    head = ["| part | figure | measured | beside | target |", "|---|---|---|---|---|"]
    return "\n".join([_TITLE, "", machine(), "", *head, *rows, ""])


def as_json(figures: Iterable[Figure]) -> bytes:
    """All that is known, for programs."""
    told = [msgspec.to_builtins(figure) | {"ratio": figure.ratio, "met": figure.met} for figure in figures]
    return msgspec.json.format(msgspec.json.encode({"machine": machine(), "figures": told})) + b"\n"


def machine() -> str:
    """What the figures were measured on, and how busy it is: more processes than cores make every figure larger."""
    cores = f"{os.cpu_count()} cores ({platform.machine()})"
    return f"{cores}, {platform.system()}, Python {platform.python_version()}, {_load()}"


def _load() -> str:
    """Processes that wanted to run, on average of the last five minutes; Windows does not tell."""
    return f"load {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else "load unknown"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _compared(figure: Figure) -> str:
    if figure.peer is None or figure.ratio is None:
        return ""
    return f"{_number(figure.ratio)} × {figure.peer.name} ({_number(figure.peer.value)})"


def _judged(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'met' if figure.met else 'MISSED'} (≤ {_number(figure.target)} {figure.unit})"
