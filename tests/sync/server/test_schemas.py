"""Several organisations in one PostgreSQL, each in a schema of its own, know nothing of each other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy import Engine

from sync.server.store.announce import News, announce
from sync.server.store.engine import make_engine, read_snapshot, write_transaction
from sync.server.store.leadership import leadership
from sync.server.store.listening import listener
from sync.server.store.news import read_head
from tests.sync.server.office import Office, furnish

pytestmark = pytest.mark.postgres


@pytest.fixture
def urls(pg_database: str) -> list[str]:
    """Addresses of two organisations in one database."""
    with psycopg.connect(pg_database.replace("+psycopg", ""), autocommit=True) as admin:
        for name in ("org_a", "org_b"):
            admin.execute(f"CREATE SCHEMA {name}".encode())
    joint = "&" if "?" in pg_database else "?"
    found = [f"{pg_database}{joint}options={quote(f'-c search_path={name}')}" for name in ("org_a", "org_b")]
    for url in found:
        furnish(url)
    return found


@pytest.fixture
def engines(urls: list[str]) -> Iterator[list[Engine]]:
    """As a worker of each opens them, within its limits."""
    made = [make_engine(url, statement_seconds=30) for url in urls]
    yield made
    for engine in made:
        engine.dispose()


def test_rows_of_one_are_not_in_the_other(urls: list[str], engines: list[Engine]) -> None:
    office = Office(urls[0])
    before = _heads(engines)
    office.put("lead", name="Ravi", stage="new", owner_id=office.user("asha"))
    after = _heads(engines)
    assert after[0] > before[0]
    assert after[1] == before[1]
    office.engine.dispose()


def test_news_of_one_are_not_told_to_the_other(engines: list[Engine]) -> None:
    async def heard() -> list[int]:
        async with listener(engines[1]) as ear:
            await ear.listen()
            for number, engine in enumerate(engines):
                with write_transaction(engine) as connection:
                    announce(connection, News(head=number + 1))
            return [news.head async for news in ear.heard(0.5)]

    assert asyncio.run(heard()) == [2]


def test_jobs_of_each_have_a_leader(engines: list[Engine], tmp_path_factory: pytest.TempPathFactory) -> None:
    with ExitStack() as stack:
        leads = [leadership(engine, tmp_path_factory.mktemp("jobs")) for engine in (*engines, engines[0])]
        for lead in leads:
            stack.callback(lead.release)
        assert [lead.held() for lead in leads] == [True, True, False]


def test_a_statement_that_takes_too_long_is_ended(urls: list[str]) -> None:
    engine = make_engine(urls[0], statement_seconds=1)
    with read_snapshot(engine) as connection, pytest.raises(Exception, match="statement timeout"):
        connection.exec_driver_sql("SELECT pg_sleep(30)")
    engine.dispose()


def _heads(engines: list[Engine]) -> list[int]:
    heads = []
    for engine in engines:
        with read_snapshot(engine) as connection:
            heads.append(read_head(connection))
    return heads
