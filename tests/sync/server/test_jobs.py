"""Jobs: one worker runs them, the next one takes over, and what fails ends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from sync.server.config import OrgPolicy, ServerConfig
from sync.server.context import ServerContext
from sync.server.jobs import Job
from sync.server.jobs.registry import jobs
from sync.server.jobs.runner import JobRunner
from sync.server.keys import ServerKeys
from sync.server.metrics import Metrics
from sync.server.store.accounts import add, add_debt
from sync.server.store.accounts_tables import ACCESS_TOKEN
from sync.server.store.engine import make_engine, read_snapshot, write_transaction
from tests.sync.server.office import Office

HOURLY = timedelta(hours=1)


@pytest.fixture
def context(office: Office, tmp_path: Path) -> ServerContext:
    """What one worker's jobs are given."""
    return context_of(office, tmp_path)


def context_of(office: Office, tmp_path: Path) -> ServerContext:
    """The context of an office's server."""
    config = ServerConfig(tmp_path, str(office.engine.url), "Sundar Motors", OrgPolicy())
    return ServerContext(config, office.engine, ServerKeys.create(tmp_path / "signing.key"))


@contextmanager
def another_worker(context: ServerContext, job: Job) -> Iterator[JobRunner]:
    """A runner with connections of its own."""
    engine = make_engine(context.engine.url.render_as_string(hide_password=False))
    runner = JobRunner(replace(context, engine=engine), [job], Metrics())
    try:
        yield runner
    finally:
        runner.stop()
        engine.dispose()


class Counting:
    """A job that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0
        self.job = Job("count", HOURLY, self._work)

    def _work(self, _: ServerContext) -> int:
        self.runs += 1
        return 3


def numbers(metrics: Metrics) -> dict[tuple[str, str], float]:
    """(name, job or outcome) → value."""
    return {
        (sample.name, sample.labels.get("outcome", sample.labels.get("job", ""))): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }


def test_only_the_leading_worker_runs_a_job_until_it_ends(context: ServerContext) -> None:
    counting = Counting()
    with another_worker(context, counting.job) as first, another_worker(context, counting.job) as second:
        first.run(counting.job)
        second.run(counting.job)
        first.run(counting.job)
        assert counting.runs == 2
        first.stop()
        second.run(counting.job)
        assert counting.runs == 3


@pytest.mark.postgres
def test_a_leader_whose_connection_is_lost_gives_way(pg_office: Office, tmp_path: Path) -> None:
    context = context_of(pg_office, tmp_path)
    counting = Counting()
    with another_worker(context, counting.job) as first, another_worker(context, counting.job) as second:
        first.run(counting.job)
        uri = context.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(uri, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON oid = database"
                " WHERE locktype = 'advisory' AND datname = current_database()"
            )
        second.run(counting.job)
        first.run(counting.job)
        assert counting.runs == 2
        second.stop()
        first.run(counting.job)
        assert counting.runs == 3


@pytest.mark.allow_log("job_failed")
def test_a_failing_job_is_counted_and_the_next_one_runs(context: ServerContext) -> None:
    def fail(_: ServerContext) -> int:
        raise RuntimeError("nothing of this is logged")

    counting, failing, metrics = Counting(), Job("fail", HOURLY, fail), Metrics()
    runner = JobRunner(context, [failing, counting.job], metrics)
    runner.run(failing)
    runner.run(counting.job)
    told = numbers(metrics)
    assert told["nxcrm_job_runs_total", "failed"] == told["nxcrm_job_runs_total", "done"] == 1
    assert told["nxcrm_job_items_total", "count"] == 3
    assert told["nxcrm_job_last_success_seconds", "count"] > 0
    runner.stop()


@pytest.mark.allow_threads("APScheduler|ThreadPoolExecutor")
def test_a_job_runs_by_itself_when_it_is_due(context: ServerContext) -> None:
    twice = Event()
    seen: list[None] = []

    def work(_: ServerContext) -> int:
        seen.append(None)
        if len(seen) == 2:
            twice.set()
        return 0

    runner = JobRunner(context, [Job("soon", timedelta(seconds=0.05), work)], Metrics())
    runner.start()
    assert twice.wait(20)
    runner.stop()


def test_expired_tokens_are_forgotten(context: ServerContext) -> None:
    now = context.clock()
    with write_transaction(context.engine) as connection:
        for digest, expires_at in (("old", now - 1), ("new", now + 60_000)):
            add(connection, ACCESS_TOKEN, {"digest": digest, "family_id": "f", "expires_at": expires_at})
        add_debt(connection, "guesser", -1, now)
    (forgetting,) = [job for job in jobs() if job.name == "forget_expired_tokens"]
    assert forgetting.work(context) == 2
    with read_snapshot(context.engine) as connection:
        assert connection.execute(ACCESS_TOKEN.select().with_only_columns(ACCESS_TOKEN.c.digest)).scalars().all() == [
            "new"
        ]
