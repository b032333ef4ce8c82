"""The store as the sync client sees it. Each writing method is one transaction, told to the change bus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from nxcrm_desktop.domain.clock import DAY_MS, now_ms
from nxcrm_desktop.domain.dictionary import BY_NUMBER, SCHEMA_VERSION
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import archive, meta, outbox, purge, resetting, settling, sync_runs
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.membership import stored_checksums
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.pages import PageWriter
from nxcrm_desktop.store.rows import Rows
from nxcrm_desktop.store.sync_log import forget_history
from sync.client.ports import Cancel, PageOutcome, Standing, SyncRun, SyncState, Tokens
from sync.protocol.messages import Checksum, HelloReply, Mutation, PullReply, Result

_NAMES = {number: info.name for number, info in BY_NUMBER.items()}


class SyncStore:
    """Implements sync.client.ports.LocalStore over an open store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(self) -> SyncState:
        """Where the device stands now."""
        with self._reading() as cursor:
            return SyncState(
                device_id=meta.get(cursor, Meta.DEVICE_ID) or "",
                epoch=meta.get(cursor, Meta.EPOCH),
                cursor=meta.get(cursor, Meta.CURSOR),
                applied_n=meta.get_int(cursor, Meta.APPLIED_N),
                waiting=outbox.waiting(cursor),
                schema=SCHEMA_VERSION,
            )

    def standing(self) -> Standing:
        """What the sync pill tells."""
        with self._reading() as cursor:
            conflicts = cursor.execute("SELECT count(*) FROM conflict WHERE status = 'open'").fetchone()[0]
            return Standing(outbox.waiting(cursor), conflicts, meta.get_int(cursor, Meta.LAST_SYNC) or None)

    def pending(self, limit: int, *, after: int = 0) -> list[Mutation]:
        """The oldest mutations of the outbox, of numbers above ``after``, made under one version of the dictionary."""
        with self._reading() as cursor:
            return [
                Mutation(e.n, e.group, e.op, e.entity, e.id, e.base_ver, dict(e.fields), e.at)  # type: ignore[arg-type]
                for e in outbox.alike(cursor, limit=limit, after=after)
            ]

    def schema_of(self, n: int) -> int:
        """Version of the dictionary under which a waiting edit was made."""
        with self._reading() as cursor:
            return outbox.schema_of(cursor, n)

    def settle(self, results: Sequence[Result]) -> None:
        """Store what became of the oldest mutations, and take them off the outbox.

        Should a power cut take that back, they are sent again, and the server says the same again.
        """
        with self._writing(durable=False) as (cursor, rows):
            settling.settle(cursor, rows, results, now_ms())

    def save_hello(self, reply: HelloReply) -> None:
        """Keep role, scopes, lease and the server's time."""
        kept: dict[Meta, str | int] = {
            Meta.USER_ID: reply.user_id, Meta.ROLE: reply.role, Meta.LEASE: reply.lease,
            Meta.SCOPES: msgspec.json.encode(reply.scopes).decode(), Meta.SERVER_TIME: reply.server_time_ms,
            Meta.HELLO_AT: now_ms(),
        }  # fmt: skip
        with self._writing() as (cursor, _):
            for key, value in kept.items():
                meta.put(cursor, key, value)
            archive.forget_old(cursor, reply.server_time_ms - reply.settled_days * DAY_MS)
            forget_history(cursor, now_ms() - reply.tombstone_days * DAY_MS)

    def apply_pages(self, pages: Sequence[PullReply]) -> PageOutcome:
        """Store consecutive pages in one transaction.

        Each commit encrypts every page of the file that it touched, and 2,000 rows touch most of those of the indexes:
        five pages at once take half the time of five transactions.
        """
        put = dropped = 0
        with self._writing() as (cursor, rows):
            for page in pages:
                _check(page, meta.get(cursor, Meta.EPOCH))
                if page.reset:
                    resetting.forget_all(cursor, rows)
                writer = PageWriter(cursor, rows)
                writer.apply(page)
                meta.put(cursor, Meta.CURSOR, page.cursor)
                meta.put(cursor, Meta.EPOCH, page.epoch)
                put, dropped = put + writer.put, dropped + writer.dropped
            purging = meta.get(cursor, Meta.PURGE_SEARCH) is not None
        if purging:
            purge.purge(self._store)
        return PageOutcome(put, dropped)

    def checksums(self) -> Sequence[Checksum]:
        """Of every (scope, table) of which this device holds a row."""
        with self._reading() as cursor:
            return stored_checksums(cursor, _NAMES)

    def forget_scope(self, scope: str) -> None:
        """Forget a scope's memberships, and its rows that are in no other and have no edits waiting."""
        with self._writing() as (cursor, rows):
            PageWriter(cursor, rows).forget_scope(scope)

    def reset(self, epoch: str, applied_n: int) -> None:
        """The server was restored: forget pulled rows and cursor; what it lost waits again, edits and erasures."""
        with self._writing() as (cursor, rows):
            resetting.requeue(cursor, rows, applied_n)  # first: rows with edits waiting stay
            _begin_anew(cursor, rows)
            meta.put(cursor, Meta.EPOCH, epoch)

    def carry_over(self, identity: Mapping[str, str], tokens: Tokens, replaced_n: int | None) -> None:
        """The device has a new identity: what waits is carried over, what was pulled is fetched anew.

        ``identity``: what is kept of it under which key. ``replaced_n``: the last edit the server holds of the old one;
        None if it does not know that.
        """
        with self._writing() as (cursor, rows):
            resetting.start_over(cursor, rows, replaced_n)
            _begin_anew(cursor, rows)
            for key, value in identity.items():
                meta.put(cursor, key, value)
            meta.put(cursor, Meta.TOKENS, msgspec.json.encode(tokens).decode())

    def erasures(self) -> dict[str, str]:
        """Ids erased here of which the server is to be told, with its proofs ("" where there is none).

        Their words are out of the search index's last corner by then; until they are, there is nothing to tell.
        """
        with self._reading() as cursor:
            purging = meta.get(cursor, Meta.PURGE_SEARCH) is not None
        if purging and not purge.purge(self._store):
            return {}
        with self._reading() as cursor:
            return dict(cursor.execute(_UNTOLD).fetchall())

    def forget_words(self, stop: Cancel) -> None:
        """Take what rows that left have left behind out of the file, a step at a time; now and then is often enough."""
        with self._reading() as cursor:
            due = purge.is_due(cursor, now_ms())
        if due:
            purge.purge(self._store, stop)

    def told(self, erased: Iterable[str]) -> None:
        """The server knows of these erasures."""
        with self._writing() as (cursor, _):
            _mark_told(cursor, erased)

    def acknowledged(self, erased: Iterable[str], at_ms: int) -> None:
        """The server knows of these erasures; a run was completed. Taken back by a power cut, it is told again."""
        with self._writing(durable=False) as (cursor, _):
            _mark_told(cursor, erased)
            meta.put(cursor, Meta.LAST_SYNC, at_ms)

    def record(self, run: SyncRun) -> None:
        """Keep a run in the history."""
        with self._writing(durable=False) as (cursor, _):
            sync_runs.record(cursor, run)

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with self._store.read() as reader:
            yield reader.cursor

    @contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[tuple[Any, Rows]]:
        with self._store.transaction(durable=durable) as (connection, done):
            cursor: Any = connection.connection.cursor()
            rows = Rows(cursor)
            yield cursor, rows
            done(rows.finish("sync"))


class StoreTokenVault:
    """Implements sync.client.ports.TokenVault: the tokens are in the encrypted store, nowhere else."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self) -> Tokens | None:
        """The tokens, or None."""
        with self._store.read() as reader:
            packed = reader.meta(Meta.TOKENS)
        return None if packed is None else msgspec.json.decode(packed, type=Tokens)

    def save(self, tokens: Tokens | None) -> None:
        """Keep them; None forgets them."""
        with self._store.transaction() as (connection, _):
            packed = None if tokens is None else msgspec.json.encode(tokens).decode()
            meta.put(connection.connection.cursor(), Meta.TOKENS, packed)


_UNTOLD = "SELECT row_id, coalesce(proof, '') FROM erasure WHERE told = 0 ORDER BY row_id"


def _begin_anew(cursor: Any, rows: Rows) -> None:
    """Everything is to be fetched from the beginning; the server is to be told of all erasures."""
    resetting.forget_all(cursor, rows)
    cursor.execute("UPDATE erasure SET told = 0")
    meta.put(cursor, Meta.CURSOR, None)


def _mark_told(cursor: Any, erased: Iterable[str]) -> None:
    cursor.executemany("UPDATE erasure SET told = 1 WHERE row_id = ?", [(row_id,) for row_id in erased])


def _check(page: PullReply, epoch: str | None) -> None:
    """An answer that grants nothing, or is another server's, must never be taken for an order to empty the device."""
    if not page.subscribed:
        raise NxcrmError(
            "nothing_granted",
            "The server says that this laptop may see nothing at all.",
            safe="Nothing was removed from this laptop.",
            todo="Ask the administrator to check your account, then sync again.",
        )
    if epoch is not None and page.epoch != epoch and not page.reset:
        raise NxcrmError(
            "epoch_changed",
            "The server was restored while this laptop was syncing.",
            safe="Nothing was removed from this laptop.",
            todo="Sync again.",
        )
