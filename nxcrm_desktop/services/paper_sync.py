"""Where the bytes of documents are, and moving them: fetch, keep on this laptop, free up space, try again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from nxcrm_desktop.documents.shelf import Shelf, Space
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.store.papers import PIN_COLUMNS, PlacedDocument
from sync.client.failures import SIGN_IN, TRANSIENT
from sync.client.paper_ports import Content, Moving, Watcher

T = TypeVar("T")
_UNWATCHED: Final = Watch()
_FEW_TRIES: Final = 3
"""Failures to send in a row before a document is shown as failed rather than waiting."""
_FETCHED_AGAIN: Final = frozenset({"document_missing", "document_damaged"})
_SAFE: Final = "Its record is unharmed."


class PlaceState(StrEnum):
    """Where the bytes of a document's newest version are."""

    HERE = "here"
    WAITING = "waiting"  # here, and not yet on the server
    UPLOADING = "uploading"
    SERVER = "server"  # not here
    DOWNLOADING = "downloading"
    FAILED = "failed"  # could not be sent or fetched


@dataclass(frozen=True, slots=True)
class Place:
    """``percent`` while it moves; ``failure``: code of the latest failure; ``kept``: it stays on this laptop."""

    version_id: str
    state: PlaceState
    size: int
    kept: bool
    here: bool
    on_server: bool
    percent: int = 0
    failure: str | None = None


class Transfer(Protocol):
    """What moves single contents: sync.client.blobs.BlobTransfer."""

    def fetch(self, content: Content, watch: Watcher | None = None, cancel: Callable[[], bool] | None = None) -> None:
        """Fetch a content now."""

    def moving(self) -> Mapping[str, Moving]:
        """Contents under way."""


class PaperSyncService:
    """The bytes of documents between this laptop and the server."""

    def __init__(self, shelf: Shelf, transfer: Transfer) -> None:
        self._shelf = shelf
        self._transfer = transfer

    # ------------------------------------------------------------------------------------------------------- where

    def places(self, document_ids: Sequence[str]) -> dict[str, Place]:
        """Where documents are; one without a version is left out."""
        moving = self._transfer.moving()
        return {one.document_id: _place(one, moving.get(one.sha256)) for one in self._shelf.placed(document_ids)}

    @property
    def is_moving(self) -> bool:
        """Whether a document is under way just now. Cheap: nothing is read."""
        return bool(self._transfer.moving())

    def space(self) -> Space:
        """How much room documents take here, and how much they may take."""
        return self._shelf.space()

    def set_budget(self, size: int) -> None:
        """Let documents take so many bytes; what the server has and was not used for longest goes at once."""
        self._shelf.set_budget(size)

    # ------------------------------------------------------------------------------------------------------ moving

    def using(self, sha256: str, size: int, use: Callable[[], T], watch: Watch = _UNWATCHED) -> T:
        """What ``use`` makes of a content, which is fetched first if it is not here, or is damaged here.

        NxcrmError ``document_offline``, ``document_not_sent``, ``cancelled``, and those of fetching.
        """
        try:
            return use()
        except NxcrmError as problem:
            if problem.code not in _FETCHED_AGAIN or not self._may_fetch(sha256, problem.code):
                raise
        self._fetch(Content(sha256, size), watch)
        try:
            return use()
        finally:
            self._shelf.trim()

    def fetch(self, document_ids: Iterable[str], watch: Watch = _UNWATCHED) -> None:
        """Bring the newest versions of documents here. NxcrmError as :meth:`using`."""
        for one in self._shelf.placed(list(document_ids)):
            if not self._shelf.has(one.sha256):
                self._fetch(Content(one.sha256, one.size), watch)
            self._shelf.opened(one.sha256)

    def gather(self, contents: Iterable[tuple[str, int]], watch: Watch) -> None:
        """Bring here what can be had of these (hash, size): for an export. Quiet about what cannot."""
        for sha256, size in contents:
            if self._shelf.has(sha256):
                continue
            try:
                self._fetch(Content(sha256, size), watch)
            except NxcrmError as problem:
                if problem.code == "cancelled":
                    raise
                if problem.code not in ("document_not_sent", "hash_mismatch"):
                    return  # the next one would fare no better

    def keep(self, entity: str, row_ids: Collection[str], keep: bool = True) -> None:
        """Keep documents, or all documents of leads, customers or deals, on this laptop; or no longer.

        Those that are not here come with the next sync. NxcrmError ``invalid_value``.
        """
        if entity not in PIN_COLUMNS:
            raise NxcrmError("invalid_value", f"Documents do not hang on a {entity}.", safe="Nothing was changed.")
        self._shelf.keep(entity, row_ids, keep)

    def is_kept(self, entity: str, row_id: str) -> bool:
        """Whether this very document, lead, customer or deal is kept."""
        return self._shelf.is_kept(entity, row_id)

    def free(self, document_ids: Sequence[str]) -> None:
        """Remove the bytes from this laptop; they are no longer kept. NxcrmError ``document_unsent``."""
        placed = self._shelf.placed(document_ids)
        if any(one.state is not None and one.state.here and not one.state.on_server for one in placed):
            raise _unsent()
        self._shelf.keep("document", document_ids, keep=False)
        for one in placed:
            if not self._shelf.free(one.sha256):
                raise _unsent()

    def retry(self, document_ids: Sequence[str]) -> None:
        """Try to send or fetch them again with the next sync, whatever failed before."""
        for one in self._shelf.placed(document_ids):
            self._shelf.forgive(one.sha256)

    # ------------------------------------------------------------------------------------------------------ inside

    def _may_fetch(self, sha256: str, code: str) -> bool:
        """Whether the server may have it. What is damaged here makes room for the server's copy."""
        return code == "document_missing" or self._shelf.free(sha256)

    def _fetch(self, content: Content, watch: Watch) -> None:
        try:
            self._transfer.fetch(content, watch.progress, watch.cancelled)
        except NxcrmError as problem:
            raise _told(problem) from problem


def _place(one: PlacedDocument, moving: Moving | None) -> Place:
    known = one.state
    here, on_server = known is not None and known.here, known is None or known.on_server or not known.here
    failure = None if known is None else known.failure
    percent = 0 if moving is None else 100 * moving.done // max(1, moving.total)
    return Place(one.version_id, _where(one, moving), one.size, one.kept, here, on_server, percent, failure)


def _where(one: PlacedDocument, moving: Moving | None) -> PlaceState:
    known = one.state
    if moving is not None:
        return PlaceState.UPLOADING if moving.way == "up" else PlaceState.DOWNLOADING
    if known is None:
        return PlaceState.SERVER
    if not known.here:
        return PlaceState.FAILED if known.failure else PlaceState.SERVER
    if known.on_server:
        return PlaceState.HERE
    hopeless = known.failure is not None and (known.retry_at is None or known.tries >= _FEW_TRIES)
    return PlaceState.FAILED if hopeless else PlaceState.WAITING


def _told(problem: NxcrmError) -> NxcrmError:
    """What failed to be fetched, as the user sees it."""
    if problem.code in TRANSIENT:
        return NxcrmError(
            "document_offline",
            "This document's file is on the server, which cannot be reached now.",
            safe=_SAFE,
            todo="Connect to the network and open it again. To have it without a network, keep it on this laptop.",
        )
    if problem.code in SIGN_IN:
        return NxcrmError(
            problem.code,
            "This document's file is on the server, which wants you to sign in again.",
            safe=_SAFE,
            todo=problem.todo,
        )
    if problem.code == "not_found":
        return NxcrmError(
            "document_not_sent",
            "The server does not have this document's file yet, or no longer gives it to you.",
            safe=_SAFE,
            todo="Ask whoever attached it to sync, then try again.",
        )
    return problem


def _unsent() -> NxcrmError:
    return NxcrmError(
        "document_unsent",
        "This document's file is on this laptop alone: the server does not have it yet.",
        safe="It was not removed.",
        todo="Sync first, then free up the space.",
    )
