"""How much somebody may learn, by what they type, of rows they do not see.

A flag on one's own row says that somebody has a customer of this phone number. Once in a while that is what it is for;
with a bought list of numbers it would tell which of them are customers. So each member of staff is told of so many a
day; beyond, their rows are flagged as if the others were not there, while whoever sees the others is told as ever.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog
from sqlalchemy import Connection

from sync.server.store.access import Access
from sync.server.store.accounts import add_debt
from sync.server.store.feed import Op, standings

FREE = 100
"""Numbers, addresses and the like that may be told at once."""
EVERY_MS = 24 * 3600 * 1000 // FREE
"""After so long one more."""


class Discretion:
    """That of one member of staff in one transaction at instant ``now`` (UTC ms)."""

    def __init__(self, connection: Connection, access: Access, now: int) -> None:
        self._connection = connection
        self._access = access
        self._now = now

    def divided(self, entity: str, groups: Sequence[list[str]], typed: Collection[str]) -> list[list[str]]:
        """Groups of ids of look-alikes, in two where the one part must not hear of the other.

        ``typed``: ids of rows that the member of staff has made or changed just now.
        """
        seen = self._seen(entity, {row_id for group in groups for row_id in group}.difference(typed)).union(typed)
        telling = [group for group in groups if not seen.issuperset(group)]
        apart = telling[self._take(len(telling)) :] if telling else []
        return [part for group in groups for part in (_parts(group, seen) if group in apart else [group])]

    def _seen(self, entity: str, row_ids: Collection[str]) -> set[str]:
        mine = frozenset(self._access.numbers.values())
        found = standings(self._connection, [(entity, row_id) for row_id in row_ids])
        return {row_id for (_, row_id), at in found.items() if any(s in mine and at[s][0] == Op.PUT for s in at)}

    def _take(self, wanted: int) -> int:
        """How many of them may be told; these count from now on."""
        key = f"look-alikes|{self._access.user_id}"
        paid_at = add_debt(self._connection, key, wanted * EVERY_MS, self._now)
        over = min(wanted, max(0, -((self._now + FREE * EVERY_MS - paid_at) // EVERY_MS)))
        if over:
            add_debt(self._connection, key, -over * EVERY_MS, self._now)
            structlog.get_logger("nxcrm.server").warning(
                "look_alikes_withheld", user=self._access.user_id, count=over
            )  # fmt: skip
        return wanted - over


def _parts(group: Sequence[str], seen: Collection[str]) -> list[list[str]]:
    own, others = [row for row in group if row in seen], [row for row in group if row not in seen]
    return [others, own] if len(own) > 1 else [others]
