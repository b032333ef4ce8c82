"""Push: the edits of a device, each taking effect exactly once or refused on record."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import MAX_MUTATIONS, Mutation, Push, PushReply, Result
from sync.server.services.discretion import Discretion
from sync.server.services.duplicates import write_and_flag
from sync.server.services.judge import Judge
from sync.server.services.refusals import Poison
from sync.server.services.versions import brought_up, check_pushing
from sync.server.store.access import access_of
from sync.server.store.engine import in_write
from sync.server.store.feed import stamp
from sync.server.store.progress import count_refused, lock_progress, log_results, logged
from sync.server.store.rows import RowSet

if TYPE_CHECKING:
    from sync.server.sessions import DeviceSession

Edit = Mutation | Poison
REFUSED_A_DAY = 5_000
"""Of one device. More than a person can type; what a lead-list imported in vain comes to is taken over two days."""


class Batch(Struct, frozen=True):
    """A push in which single edits may be unreadable."""

    device: str
    schema: int
    mutations: list[Edit]


def push(engine: Engine, session: DeviceSession, message: Push | Batch) -> PushReply:
    """Apply a batch in one transaction.

    Raises NxcrmError ``forbidden`` (another's device, no active account), ``gap``, ``device_rewound``,
    ``schema_too_new``, ``bad_request`` (numbers not ascending by one, too many).
    """
    check_device(session, message.device)
    check_pushing(message.schema)
    edits: Sequence[Edit] = message.mutations
    _check_numbers(edits)
    return in_write(engine, lambda connection: _apply(connection, session, edits, message.schema))


def check_device(session: DeviceSession, device: str) -> None:
    """NxcrmError ``forbidden`` when a message speaks for a device other than the one that is signed in."""
    if device != session.device_id:
        raise NxcrmError(Code.FORBIDDEN, "This device is signed in as another one.", safe="Nothing was changed.")


def _check_numbers(edits: Sequence[Edit]) -> None:
    if len(edits) > MAX_MUTATIONS:
        raise NxcrmError(Code.BAD_REQUEST, f"At most {MAX_MUTATIONS} edits go into one push.")
    if any(later.n != earlier.n + 1 for earlier, later in pairwise(edits)):
        raise NxcrmError(Code.BAD_REQUEST, "The edits of a push are numbered in order, without a gap.")


def _apply(connection: Connection, session: DeviceSession, edits: Sequence[Edit], schema: int) -> PushReply:
    applied = lock_progress(connection, session.device_id)
    if edits and edits[0].n > applied + 1:
        raise NxcrmError(
            Code.GAP,
            f"Edits {applied + 1} to {edits[0].n - 1} are missing.",
            safe="Nothing was changed.",
            todo="Send again from the first missing edit.",
            details={"applied_n": applied},
        )
    settled = _replayed(connection, session.device_id, [edit for edit in edits if edit.n <= applied])
    fresh = [edit for edit in edits if edit.n > applied]
    if fresh:
        settled += _judged(connection, session, fresh, schema)
    return PushReply(settled, max(applied, edits[-1].n) if edits else applied)


def _replayed(connection: Connection, device_id: str, edits: Sequence[Edit]) -> list[Result]:
    """The results of edits that an earlier, lost attempt has settled."""
    if not edits:
        return []
    known = logged(connection, device_id, edits[0].n, edits[-1].n)
    for edit in edits:
        if edit.n not in known or known[edit.n][0] != _digest(edit):
            raise NxcrmError(
                Code.DEVICE_REWOUND,
                "The server has seen other edits under these numbers: this device was put back to an earlier state.",
                safe="Nothing was changed.",
                todo="Enrol the device anew; what it has not sent stays in its outbox.",
                details={"n": edit.n},
            )
    return [msgspec.json.decode(known[edit.n][1], type=Result) for edit in edits]


def _judged(connection: Connection, session: DeviceSession, edits: Sequence[Edit], schema: int) -> list[Result]:
    rows = RowSet(connection, session.user_id, now_ms())
    present = [brought_up(edit, schema) if isinstance(edit, Mutation) else edit for edit in edits]
    access = access_of(connection, session.user_id)
    results = Judge(connection, access, rows, present, schema).results()
    _check_quota(connection, session.device_id, results, rows.now)
    log = [(r.n, _digest(edit), msgspec.json.encode(r).decode()) for edit, r in zip(edits, results, strict=True)]
    log_results(connection, session.device_id, log)
    written = write_and_flag(connection, rows, Discretion(connection, access, rows.now))
    stamp(connection, written, by=session.device_id)
    return results


def _check_quota(connection: Connection, device_id: str, results: Sequence[Result], now: int) -> None:
    """What is refused is kept for a person to read: a program gone wrong must not bury it. Its edits wait;
    none is lost.

    Raises NxcrmError ``too_many_requests``.
    """
    refused = sum(result.status in ("rejected", "gone") for result in results)
    if not refused:
        return
    count, until = count_refused(connection, device_id, refused, now)
    if count > REFUSED_A_DAY:
        raise NxcrmError(
            Code.TOO_MANY,
            f"More than {REFUSED_A_DAY} edits of this device were refused within a day.",
            safe="Nothing was changed. Unsent edits stay on the device.",
            todo="Ask your manager to look at the refused edits.",
            details={"retry_after": max(1, (until - now) // 1000)},
        )


def _digest(edit: Edit) -> str:
    return blake2b(msgspec.json.encode(edit, order="deterministic"), digest_size=16).hexdigest()
