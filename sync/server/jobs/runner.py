"""Runs the jobs when they are due, on whichever worker leads."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from sync.server.context import ServerContext
from sync.server.jobs import Job
from sync.server.metrics import Metrics
from sync.server.store.leadership import leadership

_FIRST_SECONDS = (5, 60)
"""After its start a worker waits so long before it runs a job for the first time."""
_JITTER = 0.1


class JobRunner:
    """Every worker has one and knows when each job is due; only the one that leads runs it.

    If the leading worker ends, the next one to have a job due takes the lead.
    """

    def __init__(self, context: ServerContext, jobs: Iterable[Job], metrics: Metrics) -> None:
        self._context, self._metrics = context, metrics
        self._lead = leadership(context.engine, context.config.data_dir / "jobs")
        self._log = structlog.get_logger("nxcrm.jobs")
        # One thread: jobs never compete with each other, nor take much from those who sync.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in jobs:
            self._add(job)

    def _add(self, job: Job) -> None:
        seconds = job.every.total_seconds()
        soon = min(random.uniform(*_FIRST_SECONDS), seconds)  # noqa: S311 (spreads workers, no secret)
        self._scheduler.add_job(
            self.run, "interval", [job], seconds=seconds, jitter=seconds * _JITTER,
            next_run_time=datetime.now(UTC) + timedelta(seconds=soon), id=job.name,
        )  # fmt: skip

    def start(self) -> None:
        """Begins to run jobs when they are due."""
        self._scheduler.start()

    def stop(self) -> None:
        """Waits for the job under way, if any, and gives the lead up."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._lead.release()

    def run(self, job: Job) -> None:
        """Runs a job now, if this worker leads. Its failure is logged and counted, and ends nothing."""
        if not self._lead.held():
            return
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(job=job.name):
            try:
                dealt = job.work(self._context)
            except Exception as error:  # noqa: BLE001 (whatever a job meets, the others and the server go on)
                self._metrics.job_runs.labels(job.name, "failed").inc()
                self._log.error("job_failed", exc_info=error)
                return
            self._metrics.job_runs.labels(job.name, "done").inc()
            self._metrics.job_dealt.labels(job.name).inc(dealt)
            self._metrics.job_finished.labels(job.name).set_to_current_time()
            self._log.info("job_done", count=dealt, ms=round((time.monotonic() - began) * 1000, 1))
