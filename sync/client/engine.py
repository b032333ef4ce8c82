"""One sync: hello, push until the outbox is empty, pull until the server's head, acknowledge."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal

from nxcrm_desktop.errors import NxcrmError
from sync.client.ahead import Ahead, Line
from sync.client.batches import Batches, Sent
from sync.client.failures import from_problem, other_server, update_needed
from sync.client.fetching import Fetched, brings_nothing, does_not_add_up, mismatched, stale, within_limits
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

HELLO_SECONDS: Final = 60.0
"""So long after a hello, runs of this process do without; whatever then seems odd begins again with one."""

_GREET_FIRST: Final = frozenset({"server_behind", "device_rewound"})
"""What a restored server looks like to a run without hello."""


_PATIENCE: Final = "rate_limited"
"""Nothing went wrong: what hello told still holds, and to ask again would spend what little the server grants."""


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
        self._greeting = _Greeting()
        self._rows_first = threading.Event()

    def alone(self) -> AbstractContextManager[object]:
        """No run while it is entered: what runs rely on is about to change."""
        return self._turn

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
                passed_over = self._greeting.passed_over
                if error.code != _PATIENCE:
                    self._greeting.forget()
                if error.code != "epoch_changed" and not (passed_over and error.code in _GREET_FIRST):
                    raise
                summary = self._once(progress, cancel)  # restored meanwhile: hello tells whether we may go on
            return self._afterwards(summary, progress, cancel)

    def _once(self, progress: Progress | None, cancel: Cancel | None) -> SyncSummary:
        run = _Run(self.store, self._api, self._clock, self._greeting, self._papers, progress, cancel)
        return run.go(self._app_version)

    def _afterwards(self, summary: SyncSummary, progress: Progress | None, cancel: Cancel | None) -> SyncSummary:
        """Words of rows that left go, and documents follow the rows.

        Edits made meanwhile, and news, stop both after a step or a piece: see :meth:`make_way`.
        """

        def is_cancelled() -> bool:
            return (cancel is not None and cancel()) or self._rows_first.is_set() or self.store.standing().waiting > 0

        if not summary.complete:
            return summary
        self.store.forget_words(is_cancelled)
        if self._papers is None:
            return summary
        papers = self._papers.run(progress, is_cancelled)
        up, down = summary.bytes_up + papers.bytes_up, summary.bytes_down + papers.bytes_down
        complete = not self.store.state().waiting
        return replace(summary, complete=complete, bytes_up=up, bytes_down=down, papers=papers)


@dataclass(slots=True)
class _Greeting:
    """What the server last said to hello, to whom, and when. ``passed_over``: the present run goes on from it."""

    reply: HelloReply | None = None
    device_id: str = ""
    at: float = 0.0
    passed_over: bool = False

    def fresh(self, device_id: str, now: float) -> HelloReply | None:
        """The reply, while it is to be relied on; the run is then one that passes over hello."""
        reply = self.reply if self.device_id == device_id and now - self.at < HELLO_SECONDS else None
        self.passed_over = reply is not None
        return reply

    def keep(self, reply: HelloReply, device_id: str, now: float) -> None:
        """A new reply."""
        self.reply, self.device_id, self.at = reply, device_id, now

    def forget(self) -> None:
        """Something went wrong: the next run begins with hello."""
        self.reply, self.passed_over = None, False


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
        greeting: _Greeting,
        papers: PaperTransfer | None,
        progress: Progress | None,
        cancel: Cancel | None,
    ) -> None:
        self._store = store
        self._api = api
        self._clock = clock
        self._greeting = greeting
        self._papers = papers
        self._progress = progress
        self._cancelled = cancel or (lambda: False)
        self._count = _Count()
        self._up, self._down = api.bytes_up, api.bytes_down
        self._received = 0
        self._erased = False
        self._refetched: set[str] = set()
        self._page: PullReply | None = None

    def go(self, app_version: str) -> SyncSummary:
        state = self._store.state()
        hello = self._greeted(state) or self._hello(state, app_version)
        if not self._greeting.passed_over:
            state = self._store.state()  # hello may have changed it: a restored server has lost some edits
        complete = False
        for _ in range(ROUNDS):
            if state.waiting:
                if not self._push_all(state, hello):
                    break
                state = self._store.state()
            complete = self._pull_all(state, hello)
            state = self._store.state()
            if not complete or not state.waiting:
                break
        if complete:
            self._end(state.device_id)
        return self._summary(complete=complete and not state.waiting)

    # ------------------------------------------------------------------------------------------------------- hello

    def _greeted(self, state: SyncState) -> HelloReply | None:
        """The last hello, where it is fresh and nothing speaks against it: each call is authorised by itself."""
        hello = self._greeting.fresh(state.device_id, self._clock.monotonic())
        if hello is not None and state.epoch in (None, hello.epoch):
            return hello
        self._greeting.forget()
        return None

    def _hello(self, state: SyncState, app_version: str) -> HelloReply:
        hello = self._api.hello(
            Hello(state.device_id, [PROTOCOL], state.schema, app_version, state.epoch, state.applied_n, state.cursor)
        )
        if hello.protocol != PROTOCOL:
            raise update_needed(server_is_newer=hello.protocol > PROTOCOL)
        if hello.device_state != "active":
            raise from_problem(Problem(Code.DEVICE_REVOKED, ""))
        if state.schema > hello.schema_max:
            raise update_needed(server_is_newer=False)
        self._check_epoch(state, hello)
        self._store.save_hello(hello)
        self._greeting.keep(hello, state.device_id, self._clock.monotonic())
        return hello

    def _check_epoch(self, state: SyncState, hello: HelloReply) -> None:
        """Goes on only with the server the device knows: the empty answer of another one would wipe the device."""
        if state.epoch not in (None, hello.epoch, *hello.restored_from):
            raise other_server()
        if state.epoch is not None and state.epoch != hello.epoch:
            self._store.reset(hello.epoch, hello.applied_n)
            self._tell_erasures(state.device_id)
        elif hello.applied_n < state.applied_n:
            raise from_problem(Problem(Code.GAP, ""))
        elif hello.applied_n > state.applied_n + state.waiting:
            raise from_problem(Problem(Code.DEVICE_REWOUND, ""))

    def _tell_erasures(self, device_id: str) -> None:
        """Before anything else: the restored server may hold what it had erased."""
        erased = self._store.erasures()
        if erased:
            self._api.ack(Ack(device_id, None, list(erased), list(erased.values())))
            self._store.told(erased)

    # -------------------------------------------------------------------------------------------------------- push

    def _push_all(self, state: SyncState, hello: HelloReply) -> bool:
        """Whether the outbox was emptied (false: cancelled). Results are stored while the next batch is under way.

        The last batch asks for the first page of what is new, too: most runs need no other request.
        """
        batches = Batches(self._store, hello.limits)
        of = self._count.pushed + state.waiting
        wanted = within_limits(Pull(state.device_id, state.schema, state.cursor), hello)

        def send(batch: list[Mutation], line: Line | None) -> Sent | None:
            return self._send(state, batch, line, wanted if batches.is_last(batch) else None)

        with Line() as line:
            sent = send(batches.first(), None)
            while sent is not None:
                following = batches.after(sent.batch)
                try:
                    answer = sent.answer()
                except NxcrmError as error:
                    batches.shrink(error, sent.batch)
                    sent = send(batches.first(), None)
                    continue
                results = answer.results
                whole = len(results) == len(sent.batch)
                upcoming = send(following, line) if whole else None
                self._page = answer.page if whole and upcoming is None else None
                if self._cancelled():
                    return False  # the results come again with the next run; the store may be closing
                self._settle(results, of)
                sent = upcoming if whole else send(batches.first(), None)
        return not self._cancelled()

    def _send(self, state: SyncState, batch: list[Mutation], line: Line | None, pull: Pull | None) -> Sent | None:
        """A batch on its way; without a line, it goes when its results are asked for. None: cancelled, or no batch."""
        if not batch or self._cancelled():
            return None
        made_under = self._store.schema_of(batch[0].n)  # sent as it was, or a replay would differ from its first try
        call = partial(self._api.push, Push(state.device_id, made_under, batch, pull))
        return Sent(batch, line.start(call) if line else call)

    def _settle(self, results: Sequence[Result], of: int) -> None:
        self._store.settle(results)
        self._tally(results)
        self._tell("push", self._count.pushed, max(of, self._count.pushed))

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
        while last := self._to_head(state, hello, refetch):
            refetch = mismatched(last.checksums, self._store.checksums())
            if not refetch:
                return True
            self._check_new(refetch)
            state = self._store.state()
        return False

    def _to_head(self, state: SyncState, hello: HelloReply, refetch: list[str]) -> PullReply | None:
        """The last page, stored like all before it; None when cancelled. What came before a failure is stored, too.

        Most runs need one page. Where there are more, the next are fetched while those before are stored.
        """
        wanted = Pull(state.device_id, state.schema, state.cursor, refetch=refetch)
        first, self._page = (None if refetch else self._page), None
        fetched = Fetched(self._api.pull, wanted, hello, self._cancelled, first)
        pages = [page] if (page := fetched.next()) else []
        if pages and pages[0].complete:
            return self._stored(pages, hello, state, refetch)
        last = None
        with Ahead(fetched.next, PAGES_AT_ONCE) as ahead:
            while pages:
                last = self._stored(pages, hello, state, refetch)
                pages, refetch = ahead.take(PAGES_AT_ONCE) if last else [], []
        return last if last and last.complete else None

    def _stored(
        self, pages: Sequence[PullReply], hello: HelloReply, state: SyncState, refetch: Sequence[str]
    ) -> PullReply | None:
        """Store pages; the last of them, None when cancelled: the store may be closing."""
        if self._cancelled():
            return None
        for page in pages:
            self._check_current(page, hello, state)
            self._received += sum(len(part.rows) for part in page.rows)
            self._tell("pull", self._received, self._received + page.remaining)
        for scope in refetch:  # not before something has come to take its place
            self._store.forget_scope(scope)
        if refetch or not (len(pages) == 1 and brings_nothing(pages[0], state.cursor)):
            self._count.pulled += self._store.apply_pages(pages).put
        self._erased = self._erased or any(drop.op == "erase" for page in pages for drop in page.dropped)
        return pages[-1]

    def _check_current(self, page: PullReply, hello: HelloReply, state: SyncState) -> None:
        """A run without hello believes nothing that hello would have told otherwise."""
        if not self._greeting.passed_over:
            return
        begun = state.cursor is not None  # else everything is sent from the beginning, as it should be
        if (page.reset and begun) or page.applied_n != state.applied_n or set(page.subscribed) != set(hello.scopes):
            raise stale()

    def _check_new(self, scopes: list[str]) -> None:
        """Scopes are fetched again once in a run. NxcrmError ``checksum_mismatch`` for the second time."""
        if self._refetched & set(scopes):
            raise does_not_add_up(scopes)
        self._refetched |= set(scopes)

    # --------------------------------------------------------------------------------------------------------- end

    def _end(self, device_id: str) -> None:
        """Tell the server what was erased here; where this device stands, with the runs that say hello."""
        if self._papers is not None:
            self._papers.tidy()  # before the server is told what was erased here
        if self._greeting.passed_over and not self._erased:
            self._store.acknowledged([], self._clock.now_ms())
            return
        erased = self._store.erasures()
        cursor = self._store.state().cursor
        assert cursor is not None, "a complete pull stores a cursor"
        self._api.ack(Ack(device_id, cursor, list(erased), list(erased.values())))
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
