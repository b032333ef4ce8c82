"""Sending and fetching the bytes of documents: in pieces, gone on from where it stopped, verified before they count."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal

import structlog

from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import SIGN_IN, TRANSIENT
from sync.client.paper_ports import BlobApi, Content, Moving, PaperShelf, Watcher
from sync.client.ports import Cancel, Clock, PaperSummary, Progress, SyncProgress
from sync.protocol.blobs import MIN_PIECE_BYTES, BlobState, OpenUpload
from sync.protocol.messages import MAX_PIECE_BYTES

_SECONDS_A_PIECE: Final = 1.0
"""Edits and news wait for the piece that is under way: it should not take longer."""
_FIRST_PIECE: Final = 4 * MIN_PIECE_BYTES
_PATIENCE: Final = 10.0
_MOST_REOPENED: Final = 3
"""Who is told again and again that the offset is wrong has a rival; the next run sees who won."""

_ENDS_RUN: Final = TRANSIENT | SIGN_IN | {
    "certificate_expired", "device_revoked", "disk_full", "server_wrong", "tls_required", "tls_untrusted",
    "upload_quota", "update_needed",
}  # fmt: skip
"""Failures that are not this content's own: no other would fare better now."""
_FOR_GOOD: Final = frozenset({"bad_request", "blob_too_large"})
_FEW_TRIES: Final[Mapping[str, int]] = {"hash_mismatch": 3, "document_damaged": 3}
_FIRST_WAIT_MS: Final = 60_000
_LONGEST_WAIT_MS: Final = 24 * 3600 * 1000


class _StoppedError(Exception):
    """Cancelled, or making way, between two pieces."""


class BlobTransfer:
    """Implements sync.client.ports.PaperTransfer, and fetches single contents on demand. Thread-safe: one at a time."""

    def __init__(self, shelf: PaperShelf, api: BlobApi, clock: Clock) -> None:
        self._shelf = shelf
        self._api = api
        self._clock = clock
        self._turn = threading.Lock()
        self._state = threading.Lock()  # guards what follows
        self._asking = 0  # how many users wait for a content
        self._moving: dict[str, Moving] = {}
        self._piece = _FIRST_PIECE
        self._closed = threading.Event()

    def close(self, timeout: float = _PATIENCE) -> None:
        """Stop whatever moves, from any thread; waits until it has, so that the store may be closed."""
        self._closed.set()
        self._api.close()
        if self._turn.acquire(timeout=timeout):
            self._turn.release()

    def moving(self) -> Mapping[str, Moving]:
        """Contents under way, by hash. From any thread."""
        with self._state:
            return dict(self._moving)

    def tidy(self) -> None:
        """See the port. It waits for no transfer."""
        self._shelf.tidy()

    def run(self, progress: Progress | None, cancel: Cancel | None) -> PaperSummary:
        """See the port. Whoever asks for a document now goes first: the rest waits for the next run."""
        with self._turn:
            return _Run(self, self._shelf, self._api, self._clock, progress, cancel).go()

    def fetch(self, content: Content, watch: Watcher | None = None, cancel: Cancel | None = None) -> None:
        """Fetch a content now; returns when it is here. What a cancelled fetch has brought is gone on from later.

        NxcrmError ``cancelled``, ``not_found`` (the server does not have it, or not for this user), ``hash_mismatch``,
        ``disk_full``, and those of sync.client.failures.
        """
        self._ask(1)
        try:
            with self._turn, self._noted(content):
                self._receive(content, watch or _unwatched, lambda: self.is_closed or (cancel or _never)())
        except _StoppedError:
            raise _cancelled() from None
        finally:
            self._ask(-1)

    def is_asked(self) -> bool:
        """Whether somebody waits for a content."""
        return self._asking > 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing may move any more."""
        return self._closed.is_set()

    def _ask(self, more: int) -> None:
        with self._state:
            self._asking += more

    # -------------------------------------------------------------------------------------------------- one content

    def send(self, content: Content, watch: Watcher, stop: Cancel) -> None:
        """Send what the server lacks of it. For :meth:`run`."""
        with self._shown(content, "up", watch) as tell:
            state, reopened = self._opened(content), 0
            while not state.complete:
                tell(state.offset)
                if state.offset >= content.size:
                    state = self._api.post(f"{_path(content)}/complete", {}, BlobState)
                    continue
                if stop():
                    raise _StoppedError
                try:
                    state = self._append(content, state.offset)
                except NxcrmError as problem:
                    reopened += 1
                    if problem.code != "wrong_offset" or reopened > _MOST_REOPENED:
                        raise
                    state = self._opened(content)
            tell(content.size)
        self._shelf.sent(content.sha256)

    def _opened(self, content: Content) -> BlobState:
        return self._api.post(_path(content), OpenUpload(self._shelf.device_id, content.size), BlobState)

    def _append(self, content: Content, offset: int) -> BlobState:
        piece = self._shelf.piece(content.sha256, offset, self._piece)
        began = self._clock.monotonic()
        state = self._api.patch(f"{_path(content)}?offset={offset}", piece, BlobState)
        self._pace(self._clock.monotonic() - began)
        return state

    def _pace(self, seconds: float) -> None:
        """Pieces grow while they are quick and shrink while they are slow."""
        if seconds > _SECONDS_A_PIECE:
            self._piece = max(self._piece // 2, MIN_PIECE_BYTES)
        elif seconds < _SECONDS_A_PIECE / 2:
            self._piece = min(self._piece * 2, MAX_PIECE_BYTES)

    def _receive(self, content: Content, watch: Watcher, stop: Cancel) -> None:
        if stop():
            raise _StoppedError
        arriving = self._shelf.arriving(content)
        if arriving.size > content.size:
            arriving.discard()
            arriving = self._shelf.arriving(content)
        with self._shown(content, "down", watch) as tell:
            tell(begun := arriving.size)
            if begun < content.size:

                def moved(size: int) -> None:
                    tell(begun + size)
                    if stop():
                        raise _StoppedError

                with arriving.appending() as target:
                    self._api.get_range(_path(content), begun, target, most=content.size - begun, moved=moved)
            self._shelf.arrived(content)

    # ---------------------------------------------------------------------------------------------------- what is told

    @contextmanager
    def _shown(self, content: Content, way: Literal["up", "down"], watch: Watcher) -> Iterator[Callable[[int], None]]:
        def tell(done: int) -> None:
            with self._state:
                self._moving[content.sha256] = Moving(way, done, content.size)
            watch(done, content.size)

        try:
            yield tell
        finally:
            with self._state:
                self._moving.pop(content.sha256, None)

    @contextmanager
    def _noted(self, content: Content) -> Iterator[None]:
        """A failure that is this content's own is kept with it."""
        try:
            yield
        except NxcrmError as problem:
            if problem.code not in _ENDS_RUN:
                self._shelf.failed(content.sha256, problem.code, self._retry_at(problem.code, content.tries + 1))
            raise

    def _retry_at(self, code: str, tries: int) -> int | None:
        if code in _FOR_GOOD or tries >= _FEW_TRIES.get(code, tries + 1):
            return None
        return self._clock.now_ms() + min(_FIRST_WAIT_MS << 2 * min(tries - 1, 10), _LONGEST_WAIT_MS)

    def note(self, content: Content, way: Literal["up", "down"], watch: Watcher, stop: Cancel) -> None:
        """Move one content and keep its failure with it. For :meth:`run`."""
        with self._noted(content):
            if way == "up":
                self.send(content, watch, stop)
            else:
                self._receive(content, watch, stop)


class _Run:
    """All contents that are due, one after the other."""

    def __init__(
        self,
        transfer: BlobTransfer,
        shelf: PaperShelf,
        api: BlobApi,
        clock: Clock,
        progress: Progress | None,
        cancel: Cancel | None,
    ) -> None:
        self._transfer = transfer
        self._shelf = shelf
        self._api = api
        self._clock = clock
        self._progress = progress
        self._cancelled = cancel or _never
        self._up, self._down = api.bytes_up, api.bytes_down
        self._done = {"up": 0, "down": 0}
        self._due = self._passed = 0

    def go(self) -> PaperSummary:
        failure = None
        try:
            self._all()
        except _StoppedError:
            structlog.get_logger("nxcrm.sync").debug("papers_stopped", waiting=self._due - self._passed)
        except NxcrmError as problem:
            failure = problem
        up, down = self._moved()
        waiting = self._due - self._passed
        return PaperSummary(self._done["up"], self._done["down"], up, down, waiting, failure)

    def _all(self) -> None:
        now = self._clock.now_ms()
        ways: tuple[Literal["up", "down"], ...] = ("up", "down")
        work = {"up": self._shelf.to_send(now), "down": self._shelf.to_fetch(now)}
        self._due = sum(map(len, work.values()))
        for way in ways:
            for content in work[way]:
                if self._stop():
                    raise _StoppedError
                self._one(way, content)
        self._shelf.trim()

    def _one(self, way: Literal["up", "down"], content: Content) -> None:
        self._tell()
        try:
            self._transfer.note(content, way, lambda _done, _total: self._tell(), self._stop)
        except NxcrmError as problem:
            if problem.code in _ENDS_RUN:
                raise
            structlog.get_logger("nxcrm.sync").info("paper_failed", code=problem.code, way=way)
        else:
            self._done[way] += 1
        self._passed += 1

    def _stop(self) -> bool:
        return self._transfer.is_closed or self._transfer.is_asked() or self._cancelled()

    def _moved(self) -> tuple[int, int]:
        return self._api.bytes_up - self._up, self._api.bytes_down - self._down

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(SyncProgress("papers", self._passed, self._due, *self._moved()))


def _path(content: Content) -> str:
    return f"/v1/blobs/{content.sha256}"


def _never() -> bool:
    return False


def _unwatched(_done: int, _total: int) -> None:
    """Nobody looks."""


def _cancelled() -> NxcrmError:
    return NxcrmError(
        "cancelled",
        "The download was stopped.",
        safe="What has come so far is kept; nothing else was changed.",
        todo="Open the document again to go on.",
    )
