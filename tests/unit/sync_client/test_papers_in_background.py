"""Documents that made way for somebody go on soon; those that failed wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nxcrm_desktop.errors import NxcrmError
from sync.client.background import BackgroundSync
from sync.client.engine import SyncEngine
from sync.client.ports import Cancel, PaperSummary, Progress
from sync.client.telling import Phase
from tests.unit.sync_client.pill import MINUTES, Pill, started


class Papers:
    """Documents of which each run moves as many as it is told to."""

    def __init__(self, *summaries: PaperSummary) -> None:
        self.left: Iterator[PaperSummary] = iter(summaries)

    def tidy(self) -> None:
        """Nothing to remove."""

    def run(self, progress: Progress | None, cancel: Cancel | None) -> PaperSummary:
        return next(self.left, PaperSummary())


def pill_with(papers: Papers) -> Pill:
    pill = Pill(MINUTES)
    engine = SyncEngine(pill.store, pill.server, pill.clock, papers=papers)
    pill.sync = BackgroundSync(
        engine, subscribe=pill.bus.subscribe, report=pill.shown.put, clock=pill.clock, schedule=MINUTES
    )
    return pill


def test_what_made_way_goes_on_after_a_moment() -> None:
    pill = pill_with(Papers(PaperSummary(waiting=3)))
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        pill.pass_time(MINUTES.settle * 1.3)
        pill.wait_for(Phase.SYNCED)
    assert pill.runs == 2


@pytest.mark.parametrize("code", ["server_unreachable", "disk_full"])
def test_what_failed_waits_as_any_failure_does(code: str) -> None:
    pill = pill_with(Papers(PaperSummary(waiting=3, failure=NxcrmError(code, "No."))))
    with started(pill):
        pill.wait_for(Phase.SYNCED)
        pill.pass_time(MINUTES.settle * 1.3)
        pill.edit()
        pill.wait_for(Phase.SYNCED, waiting=1)
        assert pill.runs == 1
