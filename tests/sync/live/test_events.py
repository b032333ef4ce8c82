"""The stream of one device: told of what is its own, of nothing else, and ended when it must."""

from __future__ import annotations

import time

from sqlalchemy import update

from nxcrm_desktop.domain.facts import Role
from sync.server.services.devices import Devices
from sync.server.services.staff import Staff
from sync.server.store.accounts_tables import ACCESS_TOKEN, FAMILY
from sync.server.store.engine import write_transaction
from tests.helpers.events import Events
from tests.helpers.server import ServerHandle
from tests.integration.server_core.test_http import create, push
from tests.sync.live.conftest import NewDevice, head, put_lead, sync

WITHIN_SECONDS = 1.0


def test_a_manager_hears_of_a_push_within_a_second(enrolled: NewDevice) -> None:
    manager = enrolled(Role.MANAGER)
    rep = enrolled(manager=manager)
    sync(manager)  # the report's own row, too, is news
    with Events(manager) as stream:
        assert push(rep, create(1)).json()["results"][0]["status"] == "applied"
        answered = time.monotonic()
        told = stream.next()
        assert time.monotonic() - answered < WITHIN_SECONDS
    assert told is not None
    assert told[0] == "news"


def test_what_is_somebody_elses_is_not_told(server: ServerHandle, enrolled: NewDevice) -> None:
    other, rep = enrolled(), enrolled()
    with Events(rep) as stream:
        put_lead(server, other)
        push(other, create(1))
        own = put_lead(server, rep)
        assert stream.next() == ("news", {"seq": own})


def test_what_is_everybodys_is_told_to_everybody(server: ServerHandle, enrolled: NewDevice) -> None:
    rep, finance = enrolled(), enrolled(Role.FINANCE)
    sync(rep)
    with Events(rep) as one, Events(finance) as two:
        server.add_user(f"newcomer{time.monotonic_ns()}")
        now = head(server)
        assert one.next() == two.next() == ("news", {"seq": now})


def test_who_sees_all_owners_hears_of_one_who_never_owned_anything(server: ServerHandle, enrolled: NewDevice) -> None:
    newcomer, finance = enrolled(), enrolled(Role.FINANCE)
    with Events(finance) as stream:
        first = put_lead(server, newcomer)
        assert stream.next() == ("news", {"seq": first})


def test_what_came_while_nobody_listened_is_told_at_once(server: ServerHandle, enrolled: NewDevice) -> None:
    rep = enrolled()
    missed = put_lead(server, rep)
    with Events(rep) as stream:
        assert stream.next() == ("news", {"seq": missed})


def test_a_stream_announces_itself_and_forbids_holding_back(enrolled: NewDevice) -> None:
    with Events(enrolled()) as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"].partition(";")[0] == "text/event-stream"
        assert stream.headers["X-Accel-Buffering"] == "no"
        assert "no-transform" in stream.headers["Cache-Control"]
        assert stream.headers["Content-Encoding"] is None


def test_nobody_listens_without_a_session(enrolled: NewDevice) -> None:
    device = enrolled()
    device.access_token = "nothing"
    with Events(device) as stream:
        assert stream.status == 401


def test_revocation_ends_the_stream(server: ServerHandle, enrolled: NewDevice) -> None:
    device = enrolled()
    with Events(device) as stream:
        Devices(server.context).revoke(device.id)
        assert stream.next() is None


def test_signing_out_ends_the_stream(enrolled: NewDevice) -> None:
    device = enrolled()
    with Events(device) as stream:
        assert device.sign_out().ok
        assert stream.next() is None


def test_an_account_switched_off_ends_the_stream(server: ServerHandle, enrolled: NewDevice) -> None:
    device = enrolled()
    with Events(device) as stream:
        Staff(server.context).set_active(device.account.username, active=False)
        assert _last(stream) in (None, "news")  # the change of the account itself is everybody's news


def test_another_role_ends_the_stream_and_says_so(server: ServerHandle, enrolled: NewDevice) -> None:
    device = enrolled()
    with Events(device) as stream:
        Staff(server.context).set_role(device.account.username, Role.FINANCE)
        assert _last(stream) == "scopes"


def test_a_new_report_gives_the_manager_other_scopes(server: ServerHandle, enrolled: NewDevice) -> None:
    manager, rep, bystander = enrolled(Role.MANAGER), enrolled(), enrolled()
    sync(manager)
    with Events(manager) as stream, Events(bystander) as other:
        Staff(server.context).set_manager(rep.account.username, manager.account.username)
        assert _last(stream) == "scopes"
        assert other.next() is not None  # the row of a member of staff is everybody's
        seen = put_lead(server, bystander)
        assert other.next() == ("news", {"seq": seen})  # and their stream goes on


def test_the_stream_ends_with_the_token(server: ServerHandle, enrolled: NewDevice) -> None:
    device = enrolled()
    soon = int(time.time() * 1000) + 1_500
    with write_transaction(server.context.engine) as connection:
        of_device = FAMILY.select().with_only_columns(FAMILY.c.id).where(FAMILY.c.device_id == device.id)
        connection.execute(update(ACCESS_TOKEN).where(ACCESS_TOKEN.c.family_id.in_(of_device)).values(expires_at=soon))
    with Events(device) as stream:
        assert stream.next() is None
        assert time.time() * 1000 >= soon


def test_a_device_has_two_streams_at_most(server: ServerHandle, enrolled: NewDevice) -> None:
    device = enrolled()
    streams = [Events(device) for _ in range(9)]  # on two workers there is room for four
    try:
        own = put_lead(server, device)
        told = [stream.next() for stream in streams]
        assert told.count(("news", {"seq": own})) in (2, 3, 4)
        assert told.count(None) == len(streams) - told.count(("news", {"seq": own}))
        assert told[-1] == ("news", {"seq": own})  # the latest ones stay
    finally:
        for stream in streams:
            stream.close()


def _last(stream: Events) -> str | None:
    """Name of the last event before the server ended the stream."""
    name = None
    while (event := stream.next()) is not None:
        name = event[0]
    return name
