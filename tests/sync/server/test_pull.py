"""Pull: pages of one snapshot each, over whatever happens between them."""

from __future__ import annotations

import base64

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.messages import Ack, Pull
from sync.server.services.ack import ack
from sync.server.services.cursor import Cursors
from sync.server.services.pull import pull
from tests.sync.server.office import CURSORS, Device, Office


def leads(device: Device, count: int, **fields: str) -> list[str]:
    """Make leads in one batch; returns their ids."""
    edits = [device.create("lead", name=f"Lead {i}", stage="new", **fields) for i in range(count)]
    assert all(r.status == "applied" for r in device.push(*edits).results)
    return [edit.id for edit in edits]


def test_an_empty_device_is_told_how_much_is_left(office: Office) -> None:
    device = office.device(office.user("asha"))
    device.limit = 5
    leads(device, 12)
    left = []
    while not (page := device.page()).complete:
        left.append(page.remaining)
        assert sum(len(rows.rows) for rows in page.rows) == 5
        assert page.checksums == []
    assert left == sorted(left, reverse=True)
    assert left[0] == len(device.held) - 5
    assert page.remaining == 0


def test_nothing_new_is_an_empty_page(office: Office) -> None:
    device = office.device(office.user("asha"))
    leads(device, 3)
    device.pull()
    page = device.pull()
    assert (page.rows, page.dropped, page.complete, page.applied_n) == ([], [], True, 3)


def test_a_page_keeps_to_its_bytes_but_is_never_empty(office: Office) -> None:
    device = office.device(office.user("asha"))
    leads(device, 8, notes="x" * 5000)
    page = pull(office.engine, device.session, Pull(device.id, 1, None, 2000, 16_384), CURSORS)
    while not any(rows.table == "lead" for rows in page.rows):
        page = pull(office.engine, device.session, Pull(device.id, 1, page.cursor, 2000, 16_384), CURSORS)
    (rows,) = (rows.rows for rows in page.rows if rows.table == "lead")
    assert 1 <= len(rows) <= 3
    tight = pull(office.engine, device.session, Pull(device.id, 1, page.cursor, 2000, 1024), CURSORS)
    assert [len(rows.rows) for rows in tight.rows] == [1]


def test_rows_restamped_while_paging_are_neither_lost_nor_old(office: Office) -> None:
    device = office.device(office.user("asha"))
    device.limit = 4
    made = leads(device, 10)
    device.page()
    for lead in (made[0], made[9]):
        office.change("lead", lead, name="Changed meanwhile")
    device.pull()
    assert device.ids("lead") == set(made)
    assert {device.row("lead", lead)["name"] for lead in (made[0], made[9])} == {"Changed meanwhile"}


def test_a_lead_that_leaves_while_paging_is_gone_at_the_end(office: Office) -> None:
    asha, ravi = (office.device(office.user(name)) for name in ("asha", "ravi"))
    asha.limit = 3
    made = leads(asha, 8)
    while not asha.ids("lead"):
        asha.page()
    office.change("lead", made[0], owner_id=ravi.user_id)
    office.change("lead", made[7], owner_id=ravi.user_id)
    asha.pull()
    assert asha.ids("lead") == set(made[1:7])


def test_a_role_changed_between_pages_starts_again(office: Office) -> None:
    device = office.device(office.user("asha"))
    device.limit = 4
    leads(device, 6)
    while not device.ids("lead"):
        device.page()
    office.change("user", device.user_id, role="finance")
    assert device.page().reset
    device.pull()
    assert device.ids("lead") == set()


def test_a_scope_granted_while_another_is_being_sent(office: Office) -> None:
    manager = office.user("meera", Role.MANAGER)
    first = office.device(office.user("asha", manager=manager))
    second, third = (office.device(office.user(name)) for name in ("ravi", "sunil"))
    made = [lead for device in (first, second, third) for lead in leads(device, 7)]
    meera = office.device(manager)
    meera.limit = 3
    for newcomer in (second, third):
        for _ in range(6):
            meera.page()
        office.change("user", newcomer.user_id, manager_id=manager)
    meera.pull()
    assert meera.ids("lead") == set(made)


def test_a_scope_lost_while_it_is_being_sent(office: Office) -> None:
    manager = office.user("meera", Role.MANAGER)
    asha, ravi = (office.device(office.user(name, manager=manager)) for name in ("asha", "ravi"))
    kept, lost = leads(asha, 5), leads(ravi, 5)
    meera = office.device(manager)
    meera.limit = 2
    while not meera.ids("lead") & set(lost):
        meera.page()
    office.change("user", ravi.user_id, manager_id=None)
    meera.page()
    assert not meera.ids("lead") & set(lost)
    meera.pull()
    assert meera.ids("lead") == set(kept)


def test_a_scope_is_sent_again_on_request(office: Office) -> None:
    device = office.device(office.user("asha"))
    made = leads(device, 3)
    device.pull()
    del device.held["lead", made[1]]
    page = device.page(refetch=[f"owner:{device.user_id}"])
    assert page.complete
    assert device.ids("lead") == set(made)


@pytest.mark.parametrize("spoil", ["signature", "device", "server", "text"])
def test_a_cursor_of_other_making_is_refused(office: Office, spoil: str) -> None:
    asha, ravi = (office.device(office.user(name)) for name in ("asha", "ravi"))
    cursor = asha.page().cursor
    raw = bytearray(base64.urlsafe_b64decode(cursor))
    raw[-2] ^= 1
    forged = {
        "signature": base64.urlsafe_b64encode(raw).decode(),
        "device": ravi.page().cursor,
        "server": Cursors(bytes(range(32))).text(CURSORS.read(cursor, asha.id)),
        "text": "not a cursor",
    }[spoil]
    with pytest.raises(NxcrmError, match="bad_request"):
        pull(office.engine, asha.session, Pull(asha.id, 1, forged), CURSORS)


def test_a_disabled_account_is_sent_nothing(office: Office) -> None:
    device = office.device(office.user("asha"))
    session = device.session
    office.change("user", device.user_id, active=0)
    with pytest.raises(NxcrmError, match="forbidden"):
        pull(office.engine, session, Pull(device.id, 1), CURSORS)


def test_an_erased_row_is_dropped_everywhere_it_was_and_receipted(office: Office) -> None:
    asha, ravi = (office.device(office.user(name)) for name in ("asha", "ravi"))
    (lead,) = leads(asha, 1)
    asha.pull()
    office.change("lead", lead, owner_id=ravi.user_id)
    ravi.pull()
    office.erase("lead", lead)
    for device in (asha, ravi):
        page = device.pull()
        assert [(drop.id, drop.op) for drop in page.dropped] == [(lead, "erase")]
        ack(office.engine, device.session, Ack(device.id, page.cursor, [lead]), CURSORS)
        ack(office.engine, device.session, Ack(device.id, page.cursor, [lead, "rubbish"]), CURSORS)
    office.check()


def test_an_empty_push_says_where_the_device_stands(office: Office) -> None:
    device = office.device(office.user("asha"))
    leads(device, 2)
    assert device.push().applied_n == 2
