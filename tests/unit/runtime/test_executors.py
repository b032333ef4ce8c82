"""Writes go one after the other; closing loses no write and leaves no thread."""

from __future__ import annotations

import threading

import pytest

from nxcrm_desktop.runtime.executors import Executors


def test_writes_are_done_in_order_in_one_thread() -> None:
    executors, done = Executors(), list[tuple[int, str]]()
    gate = threading.Event()
    executors.write(gate.wait)

    def note(number: int) -> None:
        done.append((number, threading.current_thread().name))

    for number in range(50):
        executors.write(note, number)
    gate.set()
    executors.close()
    assert [number for number, _ in done] == list(range(50))
    assert {name for _, name in done} == {"nxcrm-writer_0"}


def test_io_runs_beside_each_other_and_hands_back_what_happened() -> None:
    executors = Executors()
    meet = threading.Barrier(3)
    results = [executors.io(meet.wait, 10) for _ in range(3)]
    assert sorted(result.result() for result in results) == [0, 1, 2]
    with pytest.raises(ZeroDivisionError):
        executors.io(divmod, 1, 0).result()
    executors.close()


def test_closing_drops_io_that_has_not_begun() -> None:
    executors = Executors()
    gate = threading.Event()
    running = [executors.io(gate.wait, 10) for _ in range(4)]
    late = executors.io(gate.wait, 10)
    closing = threading.Thread(target=executors.close)
    closing.start()
    while not late.cancelled():
        closing.join(0.001)
    gate.set()
    closing.join()
    assert all(job.result() for job in running)
    with pytest.raises(RuntimeError):
        executors.write(print)
