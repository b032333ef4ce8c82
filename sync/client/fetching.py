"""Pages as they are fetched, and what is looked at before they are believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import SAFE, from_problem, wrong_server
from sync.client.ports import Cancel
from sync.protocol.codes import Code
from sync.protocol.messages import Checksum, HelloReply, Problem, Pull, PullReply

Totals = dict[tuple[str, str], tuple[int, str]]


class Fetched:
    """Pages from a cursor on, each asked for where the one before ended. ``first``: the first, where it is here."""

    def __init__(
        self,
        pull: Callable[[Pull], PullReply],
        wanted: Pull,
        hello: HelloReply,
        cancelled: Cancel,
        first: PullReply | None = None,
    ) -> None:
        self._pull = pull
        self._wanted = within_limits(wanted, hello)
        self._first = first
        self._epoch = hello.epoch
        self._cancelled = cancelled
        self._complete = False

    def next(self) -> PullReply | None:
        """The next page; None after the last, or when cancelled. NxcrmError epoch_changed, server_wrong."""
        if self._complete or self._cancelled():
            return None
        page, self._first = self._first or self._pull(self._wanted), None
        if page.epoch != self._epoch:
            raise stale()
        if page.cursor == self._wanted.cursor and not page.complete:
            raise wrong_server("the server’s address")
        self._wanted = msgspec.structs.replace(self._wanted, cursor=page.cursor, refetch=[])
        self._complete = page.complete
        return page


def within_limits(wanted: Pull, hello: HelloReply) -> Pull:
    """The same, for pages as large as the server makes them."""
    limits = hello.limits
    return msgspec.structs.replace(wanted, limit_rows=limits.rows, limit_bytes=limits.body_bytes)


def stale() -> NxcrmError:
    """NxcrmError epoch_changed: what hello told does not hold any more."""
    return from_problem(Problem(Code.EPOCH_CHANGED, ""))


def brings_nothing(page: PullReply, cursor: str | None) -> bool:
    """Whether storing the page would change nothing."""
    return page.cursor == cursor and not (page.reset or page.dropped or any(part.rows for part in page.rows))


def mismatched(theirs: Sequence[Checksum], ours: Sequence[Checksum]) -> list[str]:
    """Scopes of which server and device do not hold the same."""
    there, here = _totals(theirs), _totals(ours)
    return sorted({key[0] for key in there.keys() | here.keys() if there.get(key) != here.get(key)})


def does_not_add_up(scopes: Sequence[str]) -> NxcrmError:
    """NxcrmError checksum_mismatch."""
    return NxcrmError(
        "checksum_mismatch",
        "What the server sent does not add up, although it was fetched twice.",
        safe=SAFE,
        todo="Show this to your administrator; sync stays stopped until it adds up.",
        details={"scopes": len(scopes)},
    )


def _totals(checksums: Sequence[Checksum]) -> Totals:
    return {(c.scope, c.table): (c.count, c.sum) for c in checksums if c.count}
