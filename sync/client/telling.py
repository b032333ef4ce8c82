"""What sync in the background tells: a phase, how far it is, what waits, and why it does not go on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nxcrm_desktop.errors import NxcrmError


class Phase(StrEnum):
    """What the sync pill says."""

    SYNCED = "synced"
    SYNCING = "syncing"
    OFFLINE = "offline"
    CONFLICTS = "conflicts"
    SIGN_IN = "sign_in"
    FAILED = "failed"
    PAUSED = "paused"
    METERED = "metered"


class MeteredRule(StrEnum):
    """What happens by itself on a link that is paid by volume. Whatever is asked for by hand happens on any link."""

    ROWS = "rows"
    """Edits and rows as always: they are small. The bytes of documents wait for another link."""
    NOTHING = "nothing"
    """Nothing leaves or comes until the link changes or the user asks."""
    EVERYTHING = "everything"
    """As on any other link."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """``stage``: push, pull or papers, while syncing; ``n`` of ``of`` edits, rows or documents; bytes of this run.

    ``waiting`` edits, open ``conflicts``, last full run (UTC ms). ``error``: why the phase is offline, sign_in or
    failed; then ``retry_ms`` is when it is tried again (UTC ms; None: not by itself). ``live``: news comes by itself.
    ``metered``: the link is paid by volume. ``papers_waiting``: contents of documents still to be sent or fetched;
    ``papers_error``: what kept them from it.
    """

    phase: Phase
    n: int = 0
    of: int = 0
    waiting: int = 0
    conflicts: int = 0
    last_sync_ms: int | None = None
    error: NxcrmError | None = None
    stage: str = ""
    bytes_up: int = 0
    bytes_down: int = 0
    retry_ms: int | None = None
    live: bool = False
    metered: bool = False
    papers_waiting: int = 0
    papers_error: NxcrmError | None = None
