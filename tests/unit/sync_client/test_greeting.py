"""Runs without hello: which do without, and what makes the next one begin with it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sync.client.engine import HELLO_SECONDS
from sync.protocol.messages import Ack, Dropped
from tests.unit.sync_client.memory import failing
from tests.unit.sync_client.test_engine import Ends


@pytest.fixture
def ends() -> Ends:
    return Ends()


def test_a_fresh_hello_serves_the_next_runs(ends: Ends) -> None:
    ends.engine.run()
    ends.store.edit()
    ends.engine.run()
    assert ends.server.calls == ["hello", "pull", "ack", "push", "pull"]
    ends.clock.seconds += HELLO_SECONDS
    ends.engine.run()
    assert ends.server.calls[5:] == ["hello", "pull", "ack"]


def test_nothing_new_is_not_stored_but_the_run_is_remembered(ends: Ends) -> None:
    ends.engine.run()
    ends.server.pages = [ends.server.page(complete=True, cursor="cursor-1")]
    ends.clock.seconds += 1
    assert ends.engine.run().complete
    assert ends.store.batches == [1]
    assert ends.store.last_sync_ms == ends.clock.now_ms()


def test_an_erasure_is_acknowledged_by_a_run_without_hello_too(ends: Ends) -> None:
    ends.engine.run()
    drop = Dropped("lead", "a", 0, "erase")
    ends.server.pages = [ends.server.page(dropped=[drop], complete=True)]
    ends.engine.run()
    assert [m.erased for m in ends.server.messages if isinstance(m, Ack)] == [[], ["a"]]


@pytest.mark.parametrize("change", [{"reset": True}, {"subscribed": ["owner:other"]}, {"applied_n": 7}])
def test_a_page_that_hello_did_not_foretell_is_asked_for_again_after_one(ends: Ends, change: dict[str, Any]) -> None:
    ends.engine.run()
    odd = msgspec.structs.replace(ends.server.page(complete=True), **change)
    ends.server.pages = [odd]
    assert ends.engine.run().complete
    assert ends.server.calls == ["hello", "pull", "ack", "pull", "hello", "pull", "ack"]


def test_after_a_failure_hello_comes_first(ends: Ends) -> None:
    ends.engine.run()
    ends.server.before = failing("pull")
    assert ends.fails() == "server_unreachable"
    ends.engine.run()
    assert ends.server.calls == ["hello", "pull", "ack", "hello", "pull", "ack"]


def test_after_too_many_requests_hello_still_holds(ends: Ends) -> None:
    ends.server.before = failing("pull", code="rate_limited")
    assert ends.fails() == "rate_limited"
    assert ends.engine.run().complete
    assert ends.server.calls == ["hello", "pull"]


def test_another_identity_says_hello_itself(ends: Ends) -> None:
    ends.engine.run()
    ends.store.device_id = "another"
    ends.engine.run()
    assert ends.server.calls == ["hello", "pull", "ack", "hello", "pull", "ack"]
