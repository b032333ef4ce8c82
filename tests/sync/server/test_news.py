"""What a worker needs to know to tell the right devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from msgspec import json

from nxcrm_desktop.domain.facts import Role
from sync.server.store.access import ANY_OWNER, Roster, access_of
from sync.server.store.announce import News, announce
from sync.server.store.engine import read_snapshot, write_transaction
from sync.server.store.news import changed_since, newest_of, read_head
from sync.server.store.scopes import owner
from tests.sync.server.office import Office

if TYPE_CHECKING:
    from collections.abc import Collection


def test_the_roster_gives_everybody_the_rights_that_a_pull_goes_by(office: Office) -> None:
    chief = office.user("chief", Role.MANAGER)
    deputy = office.user("deputy", Role.MANAGER, chief)
    people = [chief, deputy, office.user("rep", Role.SALES, deputy), *(office.user(role, role) for role in Role)]
    for person in people:
        office.put("lead", name="Ravi", stage="new", owner_id=person)
    gone = office.user("gone")
    office.change("user", gone, active=0)
    with read_snapshot(office.engine) as connection:
        roster = Roster(connection)
        owners = {owner(person) for person in people}
        for person in people:
            rights, access = roster.rights(person), access_of(connection, person)
            assert rights is not None
            assert rights[0] is access.role
            assert _expanded(rights[1], owners) == set(access.scopes)
        assert roster.rights(gone) is None


def _expanded(names: Collection[str], owners: set[str]) -> set[str]:
    return set(names) - {ANY_OWNER} | (owners if ANY_OWNER in names else set())


def test_what_changed_is_told_by_scope(office: Office) -> None:
    asha, ravi = office.user("asha"), office.user("ravi")
    with read_snapshot(office.engine) as connection:
        before = read_head(connection)
    office.put("lead", name="Kavya", stage="new", owner_id=asha)
    with read_snapshot(office.engine) as connection:
        changed = changed_since(connection, before)
        assert set(changed.scopes) == set(changed.numbers.values()) == {owner(asha)}
        assert not changed.staff
        assert newest_of(connection, [owner(asha)]) == newest_of(connection, [ANY_OWNER]) == changed.head
        assert newest_of(connection, [owner(ravi)]) == 0
        assert changed_since(connection, changed.head).scopes == {}
    office.change("user", ravi, full_name="Ravi Kumar")
    with read_snapshot(office.engine) as connection:
        assert changed_since(connection, changed.head).staff


@pytest.mark.postgres
@pytest.mark.parametrize("count", [3, 5_000])
def test_news_that_are_too_long_are_told_without_their_scopes(pg_office: Office, count: int) -> None:
    uri = pg_office.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(uri, autocommit=True) as listening:
        listening.execute('LISTEN "nxcrm:public"')
        scopes = list(range(count))
        with write_transaction(pg_office.engine) as connection:
            announce(connection, News(head=7, scopes=scopes, by="device"))
        (notice,) = listening.notifies(timeout=10, stop_after=1)
    expected = scopes if count < 1_000 else None
    assert json.decode(notice.payload, type=News) == News(head=7, scopes=expected, by="device")


@pytest.mark.postgres
def test_what_is_rolled_back_is_not_announced(pg_office: Office) -> None:
    uri = pg_office.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(uri, autocommit=True) as listening:
        listening.execute('LISTEN "nxcrm:public"')
        with write_transaction(pg_office.engine) as connection:
            announce(connection, News(head=1))
            connection.rollback()
        with write_transaction(pg_office.engine) as connection:
            announce(connection, News(head=2))
        (notice,) = listening.notifies(timeout=10, stop_after=1)
    assert json.decode(notice.payload, type=News).head == 2
