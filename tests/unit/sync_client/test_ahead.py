"""Talking while storing: in order, a bounded way ahead, errors in their place, and nobody left talking at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from sync.client.ahead import Ahead, Line

PATIENCE = 10.0


def numbers(count: int, *, then: BaseException | None = None) -> Callable[[], int | None]:
    made = iter(range(count))

    def make() -> int | None:
        number = next(made, None)
        if number is None and then is not None:
            raise then
        return number

    return make


def test_everything_comes_in_order_and_then_nothing() -> None:
    taken: list[int] = []
    with Ahead(numbers(7), 2) as ahead:
        while some := ahead.take(3):
            assert len(some) <= 3
            taken += some
        assert ahead.take(3) == []
    assert taken == list(range(7))


def test_an_error_comes_after_what_was_made_before_it_and_again() -> None:
    taken: list[int] = []
    with Ahead(numbers(2, then=OSError("cut off")), 5) as ahead:
        while len(taken) < 2:
            taken += ahead.take(1)
        for _ in range(2):
            with pytest.raises(OSError, match="cut off"):
                ahead.take(1)
    assert taken == [0, 1]


def test_no_more_are_made_than_there_is_room_for() -> None:
    made: list[int] = []
    third = threading.Event()

    def make() -> int:
        made.append(len(made))
        if len(made) == 3:
            third.set()
        return made[-1]

    with Ahead(make, 2) as ahead:
        assert ahead.take(1) == [0]
        assert third.wait(PATIENCE), "what was taken made room"
        assert ahead.take(1) == [1]
    assert len(made) <= 4


def test_leaving_waits_for_the_call_under_way() -> None:
    began, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def make() -> None:
        began.set()
        go_on.wait(PATIENCE)
        ended.set()

    def leave() -> None:
        with Ahead(make, 1):
            began.wait(PATIENCE)

    leaving = threading.Thread(target=leave)
    leaving.start()
    began.wait(PATIENCE)
    go_on.set()
    leaving.join(PATIENCE)
    assert ended.is_set()


def test_calls_on_a_line_are_made_one_after_the_other() -> None:
    calls: list[str] = []

    def call(name: str) -> str:
        calls.append(name)
        return name

    with Line() as line:
        answers = [line.start(partial(call, name)) for name in "abc"]
        assert [answer() for answer in answers] == ["a", "b", "c"]
    assert calls == ["a", "b", "c"]
