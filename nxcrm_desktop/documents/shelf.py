"""The contents of documents on this device: the encrypted files, and what the store knows of each of them."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.records import ChangeSet
from nxcrm_desktop.store import meta, papers
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.papers import PaperState, PlacedDocument, Usage
from sync.client.paper_ports import Arriving, Content

DEFAULT_BUDGET: Final = 1024 * 1024 * 1024
_GONE_AT_ONCE: Final = 50
_KEEP_REFUSED_MS: Final = 30 * 24 * 3600 * 1000
"""How long bytes stay at least whose row was refused: even a dismissal may be taken back."""


@dataclass(frozen=True, slots=True)
class Space:
    """Room on this device, in bytes: ``budget`` for contents, and what of it is ``used``.

    ``kept`` (the user wants them here) and ``unsent`` (the server lacks them) are parts of ``used`` that never go by
    themselves; they may overlap.
    """

    budget: int
    used: int
    kept: int
    unsent: int


class Shelf:
    """Implements sync.client.paper_ports.PaperShelf, and answers what the application asks. Thread-safe."""

    def __init__(self, store: Store, vault: BlobVault) -> None:
        self._store = store
        self._vault = vault
        self._turn = threading.RLock()  # files and what is known of them change together
        self._looked = False  # at the folder, since the program started
        self._look_again = True  # rows may have gone
        self._want_again = True  # something may be to fetch
        self._grown = True  # there may be more than there is room for
        self._decided = False  # about refused edits: a document's may be among them
        store.bus.subscribe(self._hear)

    # ---------------------------------------------------------------------------------------------- as transfer sees

    @property
    def device_id(self) -> str:
        """By which the server knows the device."""
        with self._reading() as cursor:
            return meta.get(cursor, Meta.DEVICE_ID) or ""

    def tidy(self) -> None:
        """Remove contents of documents that are no longer here, except those that only this device has.

        What was erased goes in any case. After a restore of the server nothing counts as safe there any longer.
        """
        with self._turn:
            self._doubt()
            if self._decided:
                self._decided = False
                with self._store.transaction() as (connection, _):
                    papers.ask_again(connection.connection.cursor())
            if not self._looked:
                self._look()
            if self._look_again:
                self._look_again = False
                self._remove_homeless()

    def to_send(self, now: int) -> Sequence[Content]:
        """See the port."""
        with self._reading() as cursor:
            return [_content(one) for one in papers.unsent(cursor) if _is_due(one, now)]

    def to_fetch(self, now: int) -> Sequence[Content]:
        """See the port. Nothing is read again until something changes."""
        if not self._want_again:
            return []
        self._want_again = False
        with self._reading() as cursor:
            wanted = papers.unfetched(cursor)
        self._want_again = self._want_again or bool(wanted)
        return [_content(one) for one in wanted if _is_due(one, now)]

    def piece(self, sha256: str, offset: int, size: int) -> bytes:
        """See the port."""
        return self._vault.piece(sha256, offset, size)

    def sent(self, sha256: str) -> None:
        """See the port. Bytes of a document that has left this device go now that the server has them."""
        with self._turn:
            with self._writing([sha256]) as cursor:
                papers.sent(cursor, sha256)
                homeless = papers.is_homeless(cursor, sha256)
            if homeless:
                self._remove([sha256])

    def arriving(self, content: Content) -> Arriving:
        """See the port."""
        with self._writing([content.sha256]) as cursor:
            papers.expected(cursor, content.sha256, content.size)
        return self._vault.incoming(content.sha256)

    def arrived(self, content: Content) -> None:
        """See the port. It goes again if its document has left this device meanwhile."""
        with self._turn:
            self._vault.take_in(content.sha256)
            with self._writing([content.sha256]) as cursor:
                papers.fetched(cursor, content.sha256, content.size, now_ms())
                homeless = papers.is_homeless(cursor, content.sha256)
            if homeless:
                self._remove([content.sha256])

    def failed(self, sha256: str, code: str, retry_at_ms: int | None) -> None:
        """See the port. Bytes that are not here after all are forgotten; unwanted ones of no document here go."""
        with self._turn:
            with self._writing([sha256]) as cursor:
                papers.failed(cursor, sha256, code, retry_at_ms)
                if code == "document_missing":
                    papers.set_here(cursor, [sha256], here=False)
                unwanted = code == "blob_unwanted" and self._may_go(cursor, sha256)
            if unwanted:
                self._remove([sha256])

    def trim(self) -> None:
        """See the port."""
        if not self._grown:
            return
        with self._turn:
            self._doubt()
            self._grown = False
            budget = self.budget
            while (excess := self._used() - budget) > 0:
                with self._reading() as cursor:
                    going = papers.least_used(cursor, _GONE_AT_ONCE)
                chosen = list(_enough(going, excess))
                if not chosen:
                    return
                self._free(chosen)

    # --------------------------------------------------------------------------------------- as the application asks

    @property
    def vault(self) -> BlobVault:
        """The encrypted files."""
        return self._vault

    @contextmanager
    def keeping(self) -> Iterator[BlobVault]:
        """Store a content and its rows within this: nothing is tidied away meanwhile."""
        with self._turn:
            yield self._vault

    def has(self, sha256: str) -> bool:
        """Whether a content is here."""
        return self._vault.has(sha256)

    def read(self, sha256: str) -> bytes | None:
        """The verified content, or None when it is not here."""
        return self._vault.read(sha256)

    def opened(self, sha256: str) -> None:
        """The user looked at it: it goes later than others."""
        with self._store.transaction() as (connection, _):
            papers.opened(connection.connection.cursor(), sha256, now_ms())

    def placed(self, document_ids: Sequence[str]) -> list[PlacedDocument]:
        """Where the newest versions of documents are."""
        with self._reading() as cursor:
            return papers.placed(cursor, document_ids)

    def keep(self, entity: str, row_ids: Collection[str], keep: bool) -> None:
        """Keep documents (or those of leads, customers, deals) on this device, or no longer than there is room."""
        change = papers.pin if keep else papers.unpin
        with self._told({entity: frozenset(row_ids), **self._documents(entity, row_ids)}) as cursor:
            change(cursor, entity, row_ids)

    def is_kept(self, entity: str, row_id: str) -> bool:
        """Whether this very row is kept, not only one above it."""
        with self._reading() as cursor:
            return papers.is_kept(cursor, entity, row_id)

    def free(self, sha256: str) -> bool:
        """Remove a content that the server has. False: it is not known to have it."""
        with self._turn:
            self._doubt()
            with self._reading() as cursor:
                state = papers.get(cursor, sha256)
            if state is None or not state.here or not state.on_server:
                return state is None or not state.here
            self._free([sha256])
            return True

    def forgive(self, sha256: str) -> None:
        """Try again at the next sync, whatever failed before."""
        with self._writing([sha256], "local") as cursor:
            papers.forgive(cursor, sha256)

    @property
    def budget(self) -> int:
        """Bytes that contents may take before those least used go."""
        with self._reading() as cursor:
            return meta.get_int(cursor, papers.BUDGET_KEY) or DEFAULT_BUDGET

    def set_budget(self, size: int) -> None:
        """Allow so many bytes, and keep within them at once."""
        with self._store.transaction() as (connection, _):
            meta.put(connection.connection.cursor(), papers.BUDGET_KEY, max(1, size))
        self._grown = True
        self.trim()

    def space(self) -> Space:
        """How much room there is and what takes it."""
        budget = self.budget
        with self._reading() as cursor:
            usage: Usage = papers.usage(cursor)
        return Space(budget, usage.used, usage.kept, usage.unsent)

    # ----------------------------------------------------------------------------------------------------------- inside

    def _hear(self, change: ChangeSet) -> None:
        if change.changed.keys() & {"document", "document_version"}:
            self._want_again = self._grown = True
        if change.deleted.keys() & {"document", "document_version"}:
            self._look_again = True
        if "quarantine" in change.changed:
            self._decided = True

    def _doubt(self) -> None:
        with self._reading() as cursor:
            known = papers.epoch_is_known(cursor)
        if not known:
            with self._store.transaction() as (connection, _):
                papers.doubt_after_restore(connection.connection.cursor())

    def _look(self) -> None:
        """Bring what is known in step with the folder: a crash, a restored folder or a cleaner may have parted them."""
        with self._reading() as cursor:
            states = papers.every(cursor)
        self._vault.keep_only(one.sha256 for one in states)
        wrong = {True: list[str](), False: list[str]()}
        for one in states:
            if self._vault.has(one.sha256) is not one.here:
                wrong[not one.here].append(one.sha256)
        if wrong[True] or wrong[False]:
            with self._writing([*wrong[True], *wrong[False]]) as cursor:
                for here, sha256s in wrong.items():
                    papers.set_here(cursor, sha256s, here)
        self._looked = True

    def _remove_homeless(self) -> None:
        with self._reading() as cursor:
            gone = [one.sha256 for one in papers.homeless(cursor) if self._may_leave(cursor, one)]
        if gone:
            self._remove(gone)
        with self._store.transaction() as (connection, _):
            papers.drop_stale_pins(connection.connection.cursor())

    def _may_leave(self, cursor: Any, one: PaperState) -> bool:
        return not one.here or one.on_server or papers.is_erased(cursor, one.version_id)

    def _may_go(self, cursor: Any, sha256: str) -> bool:
        """Whether bytes that the server does not want are of no use here either."""
        if not papers.is_homeless(cursor, sha256):
            return False
        state = papers.get(cursor, sha256)
        if state is None or papers.is_undecided(cursor, state.version_id):
            return False
        old = papers.used_before(cursor, sha256) < now_ms() - _KEEP_REFUSED_MS
        return old or not papers.was_refused(cursor, state.version_id)

    def _remove(self, sha256s: Sequence[str]) -> None:
        """Files first: what is still known of is found again after a crash."""
        for sha256 in sha256s:
            self._vault.delete(sha256)
        with self._store.transaction() as (connection, _):
            papers.forget(connection.connection.cursor(), sha256s)

    def _free(self, sha256s: Sequence[str]) -> None:
        for sha256 in sha256s:
            self._vault.delete(sha256)
        with self._writing(sha256s) as cursor:
            papers.set_here(cursor, sha256s, here=False)

    def _used(self) -> int:
        with self._reading() as cursor:
            return papers.used(cursor)

    def _documents(self, entity: str, row_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        if entity == "document":
            return {}
        with self._store.read() as reader:
            column = papers.PIN_COLUMNS[entity]
            found = [row.id for row_id in row_ids for row in reader.related("document", column, row_id)]
        return {"document": frozenset(found)}

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        with self._store.read() as reader:
            yield reader.cursor

    @contextmanager
    def _writing(self, sha256s: Collection[str], origin: str = "papers") -> Iterator[Any]:
        """A change of what is known of contents; whoever shows their documents hears of it.

        What the user asks for has the origin ``local``: sync begins by itself.
        """
        with self._store.transaction() as (connection, done):
            cursor: Any = connection.connection.cursor()
            yield cursor
            done(ChangeSet(papers.rows_of(cursor, sha256s), {}, origin))

    @contextmanager
    def _told(self, changed: dict[str, frozenset[str]]) -> Iterator[Any]:
        with self._store.transaction() as (connection, done):
            yield connection.connection.cursor()
            done(ChangeSet(changed, {}, "local"))


def _content(state: PaperState) -> Content:
    return Content(state.sha256, state.size, state.tries)


def _is_due(state: PaperState, now: int) -> bool:
    return state.failure is None or (state.retry_at is not None and state.retry_at <= now)


def _enough(going: Iterable[PaperState], excess: int) -> Iterator[str]:
    """The first of them until so many bytes are freed."""
    for one in going:
        if excess <= 0:
            return
        excess -= one.size
        yield one.sha256
