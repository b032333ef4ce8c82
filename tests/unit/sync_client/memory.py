"""The two ends of the engine, small enough to see through: a store in memory, a server that follows a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count

import msgspec

from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import from_problem
from sync.client.ports import Cancel, PageOutcome, Standing, SyncState
from sync.protocol import checksums
from sync.protocol.codes import Code
from sync.protocol.messages import (
    PROTOCOL,
    Ack,
    Checksum,
    Dropped,
    Hello,
    HelloReply,
    Limits,
    Mutation,
    Problem,
    Pull,
    PullReply,
    Push,
    PushReply,
    Result,
    Rows,
    Value,
)

DEVICE = "018f0000-0000-7000-8000-00000000d001"
SCOPE = "owner:me"


class ManualClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now_ms(self) -> int:
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        return self.seconds


class MemoryStore:
    """A device's store as far as sync sees it, for one table."""

    def __init__(self) -> None:
        self.device_id = DEVICE
        self.epoch: str | None = None
        self.cursor: str | None = None
        self.applied_n = 0
        self.outbox: list[Mutation] = []
        self.results: list[Result] = []
        self.rows: dict[str, dict[str, int]] = {}  # id → scope → ver
        self.erased: list[str] = []
        self.last_sync_ms: int | None = None
        self.helloes: list[HelloReply] = []
        self.forgotten: list[str] = []
        self.batches: list[int] = []  # how many pages were stored at once
        self.schema = 1
        self.conflicts = 0

    def edit(self, size: int = 1) -> Mutation:
        n = self.applied_n + len(self.outbox) + 1
        mutation = Mutation(n, new_id(), "create", "lead", new_id(), None, {"full_name": (None, "x" * size)}, n)
        self.outbox.append(mutation)
        return mutation

    def state(self) -> SyncState:
        return SyncState(self.device_id, self.epoch, self.cursor, self.applied_n, len(self.outbox), self.schema)

    def standing(self) -> Standing:
        return Standing(len(self.outbox), self.conflicts, self.last_sync_ms)

    def pending(self, limit: int, *, after: int = 0) -> list[Mutation]:
        return [mutation for mutation in self.outbox if mutation.n > after][:limit]

    def schema_of(self, n: int) -> int:
        return self.schema

    def settle(self, results: Sequence[Result]) -> None:
        assert [r.n for r in results] == [m.n for m in self.outbox[: len(results)]]
        self.results += results
        self.outbox = self.outbox[len(results) :]
        self.applied_n = results[-1].n

    def save_hello(self, reply: HelloReply) -> None:
        self.helloes.append(reply)

    def apply_pages(self, pages: Sequence[PullReply]) -> PageOutcome:
        self.batches.append(len(pages))
        outcomes = [self._apply(page) for page in pages]
        return PageOutcome(sum(o.put for o in outcomes), sum(o.dropped for o in outcomes))

    def _apply(self, page: PullReply) -> PageOutcome:
        if page.reset:
            self.rows = {}
        put = 0
        for rows in page.rows:
            for scope, ver, row_id, *_ in rows.rows:
                assert isinstance(scope, int)
                self.rows.setdefault(str(row_id), {})[page.scopes[scope]] = int(ver or 0)
                put += 1
        for drop in page.dropped:
            self.rows.pop(drop.id, None)
            self.erased += [drop.id] if drop.op == "erase" else []
        self.cursor, self.epoch = page.cursor, page.epoch
        return PageOutcome(put, len(page.dropped))

    def checksums(self) -> Sequence[Checksum]:
        totals: dict[str, list[int]] = {}
        for row_id, scopes in self.rows.items():
            for scope, ver in scopes.items():
                totals.setdefault(scope, []).append(checksums.row_hash(row_id, ver))
        return [Checksum(s, "lead", len(h), checksums.to_hex(checksums.add(0, *h))) for s, h in totals.items()]

    def forget_scope(self, scope: str) -> None:
        self.forgotten.append(scope)
        self.rows = {i: kept for i, s in self.rows.items() if (kept := {k: v for k, v in s.items() if k != scope})}

    def reset(self, epoch: str, applied_n: int) -> None:
        self.rows, self.cursor, self.epoch = {}, None, epoch
        if applied_n < self.applied_n:
            self.applied_n = applied_n
            self.outbox = [
                Mutation(n, m.group, m.op, m.table, m.id, m.base_ver, m.fields, m.at)
                for n, m in enumerate(self.outbox, start=applied_n + 1)
            ]

    def erasures(self) -> dict[str, str]:
        return dict.fromkeys(self.erased, "")

    def forget_words(self, stop: Cancel) -> None:
        """It has no index."""

    def told(self, erased: Iterable[str]) -> None:
        known = set(erased)
        self.erased = [row for row in self.erased if row not in known]

    def acknowledged(self, erased: Iterable[str], at_ms: int) -> None:
        self.told(erased)
        self.last_sync_ms = at_ms


class ScriptedServer:
    """Keeps results by number, sends the pages it is given, and fails where the test wants it to.

    ``before`` and ``after`` are called with the name of each call and its message, before it takes effect and after it:
    an exception raised ``after`` is a reply that was lost. ``answers_both``: a push brings the page it asks for.
    """

    def __init__(self) -> None:
        self.epoch = "epoch-1"
        self.restored_from: list[str] = []
        self.device_state = "active"
        self.schemas = (1, 1)
        self.protocol = PROTOCOL
        self.limits = Limits()
        self.answers_both = False
        self.results: dict[int, Result] = {}
        self.seen: dict[int, Mutation] = {}
        self.pages: list[PullReply] = []
        self.calls: list[str] = []
        self.messages: list[object] = []
        self.before: Callable[[str, object], None] = lambda *_: None
        self.after: Callable[[str, object], None] = lambda *_: None
        self.judge: Callable[[Mutation], Result] = lambda m: Result(m.n, "applied", 1)
        self.content: dict[str, int] = {}
        self._cursors = count(1)
        self.bytes_up = 0
        self.bytes_down = 0

    @property
    def applied_n(self) -> int:
        return max(self.results, default=0)

    def _call(self, name: str, message: object) -> None:
        self.before(name, message)
        self.calls.append(name)
        self.messages.append(message)
        self.bytes_up += 10

    def hello(self, message: Hello) -> HelloReply:
        self._call("hello", message)
        low, high = self.schemas
        reply = HelloReply(
            self.protocol, low, high, self.epoch, "me", "sales", [SCOPE], self.limits,
            self.device_state, 0, self.applied_n, "lease", self.restored_from,  # type: ignore[arg-type]
        )  # fmt: skip
        self.after("hello", message)
        return reply

    def push(self, message: Push) -> PushReply:
        self._call("push", message)
        for mutation in message.mutations:
            if mutation.n in self.seen:
                assert self.seen[mutation.n] == mutation, "a replay is the same edit"
            else:
                if mutation.n != self.applied_n + 1:
                    raise from_problem(Problem(Code.GAP, ""))
                self.seen[mutation.n] = mutation
                self.results[mutation.n] = self.judge(mutation)
        self.after("push", message)
        page = self._next_page() if self.answers_both and message.pull is not None else None
        return PushReply([self.results[m.n] for m in message.mutations], self.applied_n, page)

    def pull(self, message: Pull) -> PullReply:
        self._call("pull", message)
        page = self._next_page()
        self.after("pull", message)
        return page

    def _next_page(self) -> PullReply:
        page = self.pages.pop(0) if self.pages else self.page(complete=True)
        return msgspec.structs.replace(page, applied_n=max(page.applied_n, self.applied_n))

    def ack(self, message: Ack) -> None:
        self._call("ack", message)
        self.after("ack", message)

    def page(
        self,
        *rows: tuple[str, int],
        complete: bool = False,
        dropped: Sequence[Dropped] = (),
        cursor: str = "",
        remaining: int = 0,
        sums: Sequence[Checksum] | None = None,
    ) -> PullReply:
        """A page that puts these (id, ver); the checksums of a complete one are of all pages made so far."""
        self.content |= dict(rows)
        for drop in dropped:
            self.content.pop(drop.id, None)
        values: list[list[Value]] = [[0, ver, row] for row, ver in rows]
        return PullReply(
            cursor or f"cursor-{next(self._cursors)}", complete, self.epoch, [SCOPE], [SCOPE],
            [Rows("lead", ["id"], values)], list(dropped),
            (self.sums() if sums is None else list(sums)) if complete else [], self.applied_n, remaining,
        )  # fmt: skip

    def sums(self) -> list[Checksum]:
        hashes = [checksums.row_hash(row, ver) for row, ver in self.content.items()]
        return [Checksum(SCOPE, "lead", len(hashes), checksums.to_hex(checksums.add(0, *hashes)))]


def failing(at: str, *, times: int = 1, code: str = "server_unreachable") -> Callable[[str, object], None]:
    """A hook that fails the next ``times`` calls of that name."""
    left = [times]

    def hook(name: str, _: object) -> None:
        if name == at and left[0] > 0:
            left[0] -= 1
            raise NxcrmError(code, "It failed.")

    return hook
