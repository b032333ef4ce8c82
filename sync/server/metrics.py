"""What the server counts, for Prometheus. One worker or many: the sum over all of them is told by whichever is asked.

Several workers write their numbers into files of a folder that their supervisor makes (``PROMETHEUS_MULTIPROC_DIR``,
read by the client library when it is first imported); whoever is asked adds them up.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from sqlalchemy import Engine, event

from sync.protocol.messages import PullReply, PushReply

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters, gauges and histograms of one worker."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = self._counter("requests", "Requests answered.", "route", "status")
        self.seconds = Histogram(
            "nxcrm_request_seconds", "Time from the last byte of the headers to the last of the reply.", ["route"],
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self.refused = self._counter("requests_refused", "Requests refused before any work was done.", "why")
        self.in_flight = self._gauge("requests_in_flight", "Requests being answered now.")
        self.pushed = self._counter("pushed_edits", "Edits of devices, by what became of them.", "status")
        self.pulled = self._counter("pulled_rows", "Rows sent to devices.")
        self.streams = self._gauge("streams_open", "Devices being kept informed now.")
        self.told = self._counter("news_sent", "Times a device was told of something newer.")
        self.listening = self._gauge("news_sources_up", "Workers that hear of what others write.")
        self.clock_head = self._gauge("clock_head", "The newest sequence number.", mode="livemax")
        self.database = self._gauge("database_connections_in_use", "Connections of the pool in use now.")
        self.job_runs = self._counter("job_runs", "Runs of jobs.", "job", "outcome")
        self.job_dealt = self._counter("job_items", "Things that jobs dealt with.", "job")
        self.job_finished = self._gauge("job_last_success_seconds", "When it last went well.", "job", mode="max")

    def watch(self, engine: Engine) -> None:
        """Counts the connections that are in use."""
        event.listen(engine, "checkout", lambda *_: self.database.inc())
        event.listen(engine, "checkin", lambda *_: self.database.dec())

    def count_request(self, route: str, status: int, seconds: float, *, stream: bool) -> None:
        """Counts a request that was answered; a stream took as long as it was listened to, which says nothing."""
        self.requests.labels(route, status).inc()
        if not stream:
            self.seconds.labels(route).observe(seconds)

    def count_push(self, reply: PushReply) -> None:
        """Counts the results of a push."""
        for status in {result.status for result in reply.results}:
            self.pushed.labels(status).inc(sum(result.status == status for result in reply.results))

    def count_pull(self, reply: PullReply) -> None:
        """Counts the rows of a page."""
        self.pulled.inc(sum(len(rows.rows) for rows in reply.rows))

    def exposition(self) -> bytes:
        """All numbers in Prometheus' text format 0.0.4."""
        if FOLDER_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        everybody = CollectorRegistry()
        multiprocess.MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]  # the library's own omission
        return generate_latest(everybody)

    def _counter(self, name: str, holds: str, *labels: str) -> Counter:
        return Counter(f"nxcrm_{name}", holds, labels, registry=self._registry)

    def _gauge(self, name: str, holds: str, *labels: str, mode: str = "livesum") -> Gauge:
        return Gauge(f"nxcrm_{name}", holds, labels, registry=self._registry, multiprocess_mode=mode)  # type: ignore[arg-type]


def forget_worker(pid: int) -> None:
    """A worker has ended: what it had open is not counted any more. Told by the supervisor."""
    if FOLDER_VARIABLE in os.environ:
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]  # as above
