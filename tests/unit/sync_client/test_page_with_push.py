"""The page that comes with the results of the last edits."""

from __future__ import annotations

import msgspec
import pytest

from sync.protocol.messages import Limits, Pull, Push
from tests.unit.sync_client.memory import failing
from tests.unit.sync_client.test_engine import Ends


@pytest.fixture
def ends() -> Ends:
    """A device that has said hello to a server which answers both."""
    ends = Ends()
    ends.server.answers_both = True
    ends.engine.run()
    ends.server.calls.clear()
    return ends


def pulls_of(ends: Ends) -> list[Pull | None]:
    return [message.pull for message in ends.server.messages if isinstance(message, Push)]


def test_one_request_settles_an_edit_and_brings_what_is_new(ends: Ends) -> None:
    ends.store.edit()
    ends.server.pages = [ends.server.page(("a", 1), complete=True)]
    summary = ends.engine.run()
    assert (summary.complete, summary.pushed, summary.pulled) == (True, 1, 1)
    assert ends.server.calls == ["push"]
    assert ends.engine.run().complete
    assert ends.server.calls == ["push", "pull"]  # a page is used once


def test_an_older_server_is_asked_as_ever(ends: Ends) -> None:
    ends.server.answers_both = False
    ends.store.edit()
    assert ends.engine.run().complete
    assert ends.server.calls == ["push", "pull"]


def test_only_the_last_batch_asks_and_from_where_the_device_stands(ends: Ends) -> None:
    ends.server.limits = Limits(mutations=2)
    ends.engine.run()
    ends.clock.seconds += 3600
    for _ in range(5):
        ends.store.edit()
    cursor = ends.store.state().cursor
    assert ends.engine.run().complete
    asked = pulls_of(ends)
    assert asked[:2] == [None, None]
    assert asked[2] is not None
    assert (asked[2].cursor, asked[2].limit_rows, len(asked)) == (cursor, ends.server.limits.rows, 3)


def test_pages_go_on_from_the_one_that_came_along(ends: Ends) -> None:
    ends.store.edit()
    ends.server.pages = [ends.server.page(("a", 1), remaining=1), ends.server.page(("b", 1), complete=True)]
    assert ends.engine.run().pulled == 2
    assert ends.server.calls == ["push", "pull"]


def test_edits_made_under_way_are_sent_after_the_page_is_stored(ends: Ends) -> None:
    ends.store.edit()
    more = [1]

    def type_on(name: str, _: object) -> None:
        if name == "push" and more:
            ends.store.edit(more.pop())

    ends.server.after = type_on
    summary = ends.engine.run()
    assert (summary.complete, summary.pushed) == (True, 2)
    assert ends.server.calls == ["push", "push"]


def test_a_page_of_a_restored_server_is_not_believed(ends: Ends) -> None:
    ends.store.edit()
    odd = msgspec.structs.replace(ends.server.page(complete=True), epoch="epoch-2")
    ends.server.pages = [odd]
    assert ends.engine.run().complete
    assert ends.server.calls == ["push", "hello", "pull", "ack"]


def test_a_lost_reply_takes_the_page_with_it(ends: Ends) -> None:
    ends.store.edit()
    ends.server.pages = [ends.server.page(("a", 1), complete=True, cursor="lost")]
    ends.server.after = failing("push")
    assert ends.fails() == "server_unreachable"
    ends.server.pages = [ends.server.page(("a", 1), complete=True)]
    summary = ends.engine.run()
    assert (summary.complete, summary.pushed, summary.pulled) == (True, 1, 1)
    assert ends.store.state().cursor != "lost"
