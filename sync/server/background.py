"""What a worker does besides answering requests: hearing news, running jobs, noticing that its supervisor is gone."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog
from anyio import to_thread
from starlette.concurrency import run_in_threadpool

from sync.server.context import ServerContext
from sync.server.jobs.registry import jobs
from sync.server.jobs.runner import JobRunner
from sync.server.live.hub import Hub
from sync.server.live.sources import follow
from sync.server.metrics import Metrics

SUPERVISOR_VARIABLE = "NXCRM_SERVER_SUPERVISOR"
"""Environment variable with the process id of the supervisor of several workers."""
_MADE_BETWEEN_COLLECTIONS = 50_000
"""A batch of edits makes that many objects. With Python's 700, a ninth of its time went to looking for circles."""
DRAIN = "drain"
"""Key of the lifespan's state: what to call when the process begins to end."""


@asynccontextmanager
async def background(context: ServerContext, hub: Hub, metrics: Metrics) -> AsyncIterator[dict[str, Any]]:
    """From the worker's start to its end. Yields the lifespan's state."""
    # No more threads than connections: who waits, waits before a thread is taken and without holding anything.
    to_thread.current_default_thread_limiter().total_tokens = context.config.limits.pool
    runner = JobRunner(context, jobs(), metrics)
    endless = follow(context.engine, hub, metrics), hub.review(), _end_with_supervisor()
    tasks = [asyncio.create_task(_logged(work)) for work in endless]
    runner.start()
    _spare_the_collector()
    try:
        yield {DRAIN: hub.drain}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await run_in_threadpool(runner.stop)
        context.engine.dispose()


def _spare_the_collector() -> None:
    """What the process was built of stays: it is looked at no more, and the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN_COLLECTIONS, 20, 20)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 (a bug: without this nobody would hear that the task has ended)
        structlog.get_logger("nxcrm.server").error("bug", exc_info=error)


async def _end_with_supervisor() -> None:
    """Ends a worker whose supervisor was killed: nobody else could, and it would keep the port."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    while supervisor is not None:
        if os.getppid() != int(supervisor):
            signal.raise_signal(signal.SIGTERM)
            return
        await asyncio.sleep(1)
