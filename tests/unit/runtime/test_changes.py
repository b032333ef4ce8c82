"""The change bus."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.runtime.changes import ChangeBus

CHANGES = ChangeSet({"lead": frozenset({"1"})}, {})


def test_every_subscriber_is_told_in_order_until_it_leaves() -> None:
    bus, told = ChangeBus(), list[str]()
    stop = bus.subscribe(lambda _: told.append("first"))
    bus.subscribe(lambda _: told.append("second"))
    bus.publish(CHANGES)
    stop()
    stop()
    bus.publish(CHANGES)
    assert told == ["first", "second", "second"]


def test_one_broken_subscriber_keeps_no_other_in_the_dark() -> None:
    bus, told = ChangeBus(), list[ChangeSet]()

    def broken(_: ChangeSet) -> None:
        raise KeyError("broken")

    bus.subscribe(broken)
    bus.subscribe(told.append)
    with pytest.raises(KeyError, match="broken"):
        bus.publish(CHANGES)
    assert told == [CHANGES]


def test_a_subscriber_may_leave_while_it_is_told() -> None:
    bus, told = ChangeBus(), list[str]()

    def leave(_: ChangeSet) -> None:
        told.append("once")
        stop()

    stop = bus.subscribe(leave)
    bus.publish(CHANGES)
    bus.publish(CHANGES)
    assert told == ["once"]
