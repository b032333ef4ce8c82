"""One sync: hello, push until the outbox is empty, pull until the server's head, acknowledge."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import msgspec

from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import SAFE, from_problem, other_server, update_needed, wrong_server
from sync.client.ports import (
    Cancel,
    Clock,
    LocalStore,
    PaperTransfer,
    Progress,
    SyncApi,
    SyncProgress,
    SyncState,
    SyncSummary,
)
from sync.protocol.codes import Code
from sync.protocol.messages import (
    PROTOCOL,
    Ack,
    Checksum,
    Hello,
    HelloReply,
    Mutation,
    Problem,
    Pull,
    PullReply,
    Push,
    Result,
)

ROUNDS: Final = 5
"""Push and pull again for edits made meanwhile, at most so often in one run; who types on is served by the next."""

PAGES_AT_ONCE: Final = 5
"""Pages stored in one transaction: a commit costs much, a page little, and the memory for them must stay bounded."""

Totals = dict[tuple[str, str], tuple[int, str]]


class SyncEngine:
    """Syncs one device. Runs wait for each other; one run never leaves half of a batch or page behind."""

    def __init__(
        self,
        store: LocalStore,
        api: SyncApi,
        clock: Clock,
        *,
        papers: PaperTransfer | None = None,
        app_version: str = "",
    ) -> None:
        self.store = store
        self._api = api
        self._clock = clock
        self._papers = papers
        self._app_version = app_version
        self._turn = threading.Lock()
        self._rows_first = threading.Event()

    def make_way(self) -> None:
        """There is news for the rows: documents under way stop after the present piece and go on with the next run."""
        self._rows_first.set()

    def run(self, progress: Progress | None = None, cancel: Cancel | None = None) -> SyncSummary:
        """Push, pull and acknowledge. Stops early, with ``complete`` false, once ``cancel`` says so.

        Raises NxcrmError as sync.client.failures tells, and checksum_mismatch, epoch_unknown, update_needed,
        server_outdated, device_revoked. What was settled or stored until then stays so; a later run goes on from there.
        """
        with self._turn:
            self._rows_first.clear()
            try:
                summary = self._once(progress, cancel)
            except NxcrmError as error:
                if error.code != "epoch_changed":
                    raise
                summary = self._once(progress, cancel)  # restored meanwhile: hello tells whether we may go on
            return self._with_papers(summary, progress, cancel)

    def _once(self, progress: Progress | None, cancel: Cancel | None) -> SyncSummary:
        return _Run(self.store, self._api, self._clock, self._papers, progress, cancel).go(self._app_version)

    def _with_papers(self, summary: SyncSummary, progress: Progress | None, cancel: Cancel | None) -> SyncSummary:
        """Documents follow the rows. Edits made meanwhile, and news, stop them after a piece: see :meth:`make_way`."""
        if self._papers is None or not summary.complete:
            return summary

        def is_cancelled() -> bool:
            return (cancel is not None and cancel()) or self._rows_first.is_set() or self.store.standing().waiting > 0

        papers = self._papers.run(progress, is_cancelled)
        up, down = summary.bytes_up + papers.bytes_up, summary.bytes_down + papers.bytes_down
        complete = not self.store.state().waiting
        return replace(summary, complete=complete, bytes_up=up, bytes_down=down, papers=papers)


@dataclass(slots=True)
class _Count:
    pushed: int = 0
    pulled: int = 0
    merged: int = 0
    conflicts: int = 0
    rejected: int = 0


class _Run:
    def __init__(
        self,
        store: LocalStore,
        api: SyncApi,
        clock: Clock,
        papers: PaperTransfer | None,
        progress: Progress | None,
        cancel: Cancel | None,
    ) -> None:
        self._store = store
        self._api = api
        self._clock = clock
        self._papers = papers
        self._progress = progress
        self._cancelled = cancel or (lambda: False)
        self._count = _Count()
        self._up, self._down = api.bytes_up, api.bytes_down
        self._received = 0
        self._refetched: set[str] = set()

    def go(self, app_version: str) -> SyncSummary:
        state = self._store.state()
        hello = self._hello(state, app_version)
        complete = False
        for _ in range(ROUNDS):
            complete = self._push_all(state, hello) and self._pull_all(state, hello)
            if not complete or not self._store.state().waiting:
                break
        if complete:
            if self._papers is not None:
                self._papers.tidy()  # before the server is told what was erased here
            self._acknowledge(state.device_id)
        return self._summary(complete=complete and not self._store.state().waiting)

    # ------------------------------------------------------------------------------------------------------- hello

    def _hello(self, state: SyncState, app_version: str) -> HelloReply:
        hello = self._api.hello(
            Hello(state.device_id, [PROTOCOL], state.schema, app_version, state.epoch, state.applied_n)
        )
        if hello.protocol != PROTOCOL:
            raise update_needed(server_is_newer=hello.protocol > PROTOCOL)
        if hello.device_state != "active":
            raise from_problem(Problem(Code.DEVICE_REVOKED, ""))
        if state.schema > hello.schema_max:
            raise update_needed(server_is_newer=False)
        self._check_epoch(state, hello)
        self._store.save_hello(hello)
        return hello

    def _check_epoch(self, state: SyncState, hello: HelloReply) -> None:
        """Goes on only with the server the device knows: the empty answer of another one would wipe the device."""
        if state.epoch not in (None, hello.epoch, *hello.restored_from):
            raise other_server()
        if state.epoch is not None and state.epoch != hello.epoch:
            self._store.reset(hello.epoch, hello.applied_n)
        elif hello.applied_n < state.applied_n:
            raise from_problem(Problem(Code.GAP, ""))
        elif hello.applied_n > state.applied_n + state.waiting:
            raise from_problem(Problem(Code.DEVICE_REWOUND, ""))

    # -------------------------------------------------------------------------------------------------------- push

    def _push_all(self, state: SyncState, hello: HelloReply) -> bool:
        """Whether the outbox was emptied (false: cancelled)."""
        limit = hello.limits.mutations
        while batch := _fitting(self._store.pending(limit), hello.limits.body_bytes):
            if self._cancelled():
                return False
            try:
                self._push(batch, Push(state.device_id, state.schema, batch))
            except NxcrmError as error:
                if error.code != "too_large" or len(batch) == 1:
                    raise
                limit = len(batch) // 2
        return True

    def _push(self, batch: list[Mutation], message: Push) -> None:
        results = self._api.push(message).results
        if self._cancelled():
            return  # the results come again with the next run; the store may be closing
        if not results or [r.n for r in results] != [m.n for m in batch[: len(results)]]:
            raise wrong_server("the server’s address")
        self._store.settle(results)
        self._tally(results)
        self._tell("push", self._count.pushed, self._count.pushed + self._store.state().waiting)

    def _tally(self, results: Sequence[Result]) -> None:
        self._count.pushed += len(results)
        self._count.merged += sum(r.status == "merged" for r in results)
        self._count.conflicts += sum(r.status == "conflict" for r in results)
        self._count.rejected += sum(r.status in ("rejected", "gone") for r in results)

    # -------------------------------------------------------------------------------------------------------- pull

    def _pull_all(self, state: SyncState, hello: HelloReply) -> bool:
        """Whether the head was reached with equal checksums (false: cancelled)."""
        if state.schema < hello.schema_min:
            raise update_needed(server_is_newer=True)
        refetch: list[str] = []
        while pages := self._some_pages(state, hello, refetch):
            refetch = []
            if not pages[-1].complete:
                continue
            refetch = _mismatched(pages[-1].checksums, self._store.checksums())
            if not refetch:
                return True
            self._check_new(refetch)
        return False

    def _some_pages(self, state: SyncState, hello: HelloReply, refetch: list[str]) -> list[PullReply]:
        """The next pages, stored; none when cancelled. Those that came before a failure are stored, too."""
        cursor = self._store.state().cursor
        pages: list[PullReply] = []
        try:
            while len(pages) < PAGES_AT_ONCE and not (pages and pages[-1].complete) and not self._cancelled():
                pages.append(self._pull(state, hello, cursor, [] if pages else refetch))
                cursor = pages[-1].cursor
        finally:
            if self._cancelled():
                pages = []  # the store may be closing
            if pages:
                for scope in refetch:  # not before something has come to take its place
                    self._store.forget_scope(scope)
                self._count.pulled += self._store.apply_pages(pages).put
        return pages

    def _pull(self, state: SyncState, hello: HelloReply, cursor: str | None, refetch: list[str]) -> PullReply:
        limits = hello.limits
        page = self._api.pull(Pull(state.device_id, state.schema, cursor, limits.rows, limits.body_bytes, refetch))
        if page.epoch != hello.epoch:
            raise from_problem(Problem(Code.EPOCH_CHANGED, ""))
        if page.cursor == cursor and not page.complete:
            raise wrong_server("the server’s address")
        self._received += sum(len(part.rows) for part in page.rows)
        self._tell("pull", self._received, self._received + page.remaining)
        return page

    def _check_new(self, scopes: list[str]) -> None:
        """Scopes are fetched again once in a run. NxcrmError ``checksum_mismatch`` for the second time."""
        if self._refetched & set(scopes):
            raise _mismatch(scopes)
        self._refetched |= set(scopes)

    # --------------------------------------------------------------------------------------------------------- end

    def _acknowledge(self, device_id: str) -> None:
        erased = self._store.erasures()
        cursor = self._store.state().cursor
        assert cursor is not None, "a complete pull stores a cursor"
        self._api.ack(Ack(device_id, cursor, erased))
        self._store.acknowledged(erased, self._clock.now_ms())

    def _tell(self, phase: Literal["push", "pull"], n: int, of: int) -> None:
        if self._progress is not None:
            up, down = self._api.bytes_up - self._up, self._api.bytes_down - self._down
            self._progress(SyncProgress(phase, n, of, up, down))

    def _summary(self, *, complete: bool) -> SyncSummary:
        count = self._count
        up, down = self._api.bytes_up - self._up, self._api.bytes_down - self._down
        return SyncSummary(
            count.pushed, count.pulled, count.merged, count.conflicts, count.rejected, complete, up, down
        )


def _fitting(mutations: list[Mutation], body_bytes: int) -> list[Mutation]:
    """The longest head of the list that fits one request; at least one, whatever its size."""
    room = body_bytes - 256  # the envelope
    for count, mutation in enumerate(mutations):
        room -= len(msgspec.json.encode(mutation)) + 1
        if room < 0:
            return mutations[: max(count, 1)]
    return mutations


def _totals(checksums: Sequence[Checksum]) -> Totals:
    return {(c.scope, c.table): (c.count, c.sum) for c in checksums if c.count}


def _mismatched(theirs: Sequence[Checksum], ours: Sequence[Checksum]) -> list[str]:
    """Scopes of which server and device do not hold the same."""
    there, here = _totals(theirs), _totals(ours)
    return sorted({key[0] for key in there.keys() | here.keys() if there.get(key) != here.get(key)})


def _mismatch(scopes: Sequence[str]) -> NxcrmError:
    return NxcrmError(
        "checksum_mismatch",
        "What the server sent does not add up, although it was fetched twice.",
        safe=SAFE,
        todo="Show this to your administrator; sync stays stopped until it adds up.",
        details={"scopes": len(scopes)},
    )
