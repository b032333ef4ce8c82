"""Figures of the benchmarks: what they are compared with, whether they are good enough, how they are told."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks.figures import Figure, Peer, as_json, markdown, p99, quantiles, table, times_ms


def test_a_figure_is_compared_and_judged() -> None:
    slow = Figure("push", 3.0, "s", target=2.0, peer=Peer("bare", 0.5))
    assert (slow.ratio, slow.met) == (6.0, False)
    assert Figure("push", 2.0, "s", target=2.0).met is True
    told = Figure("push", 2.0, "s")
    assert (told.ratio, told.met) == (None, None)


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (50, 50), (100, 99), (101, 100), (1000, 990)])
def test_the_99th_percentile_is_a_value_that_was_measured(count: int, expected: int) -> None:
    assert p99(list(range(count, 0, -1))) == expected


def test_each_call_is_measured_and_numbered() -> None:
    numbers: list[int] = []
    spent = times_ms(numbers.append, 3)
    assert numbers == [0, 1, 2]
    assert len(spent) == 3
    assert min(spent) >= 0
    middle, worst = quantiles("edit", [1.0, 2.0, 9.0], 5)
    assert (middle.value, middle.target, worst.value, worst.met) == (2.0, None, 9.0, False)


def test_figures_are_told_to_people_and_to_programs() -> None:
    figures = [Figure("push", 3.0, "s", 2.0, Peer("bare", 0.5)).of("sync"), Figure("rows", 1234.0, "kB").of("sync")]
    first, second = table(figures).splitlines()
    assert "3.00 s" in first
    assert "6.00 × bare (0.50)" in first
    assert first.endswith("MISSED (≤ 2.00 s)")
    assert "1,234 kB" in second
    assert "| sync | push | 3.00 s | 6.00 × bare (0.50) | MISSED (≤ 2.00 s) |" in markdown(figures)
    told = msgspec.json.decode(as_json(figures))
    assert [(f["name"], f["ratio"], f["met"]) for f in told["figures"]] == [("push", 6.0, False), ("rows", None, None)]
