"""What the sync client needs from the device: a store, tokens, a key, a clock. The layers above implement it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.messages import Ack, Checksum, Hello, HelloReply, Mutation, Pull, PullReply, Push, PushReply, Result


@dataclass(frozen=True, slots=True)
class SyncState:
    """Where a device stands. ``epoch`` and ``cursor`` are None until a first page was stored.

    ``applied_n``: highest mutation number whose result is stored here (0: none). ``waiting``: edits in the outbox; they
    are numbered ``applied_n + 1 … applied_n + waiting``.
    """

    device_id: str
    epoch: str | None
    cursor: str | None
    applied_n: int
    waiting: int
    schema: int


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """What storing pages did: rows put, and rows that are gone from the device because of it."""

    put: int
    dropped: int


@dataclass(frozen=True, slots=True)
class PaperSummary:
    """What a run did for the bytes of documents.

    ``waiting``: contents that are still to be sent or fetched. ``failure``: what ended it early (the network, the
    server, a full disk, the sign-in); None when it came to its end, was cancelled or made way.
    """

    uploaded: int = 0
    downloaded: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    waiting: int = 0
    failure: NxcrmError | None = None


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """What one run did; the keys of ``nxcrm sync --json``, but for ``papers``.

    ``merged``, ``conflicts`` and ``rejected`` (refused, or the row was gone) count pushed edits. ``complete``: the
    outbox is empty and the server's head was reached. Bytes are those of request and response bodies on the wire,
    those of documents included. ``papers``: what became of the bytes of documents; their failure fails no run.
    """

    pushed: int = 0
    pulled: int = 0
    merged: int = 0
    conflicts: int = 0
    rejected: int = 0
    complete: bool = False
    bytes_up: int = 0
    bytes_down: int = 0
    papers: PaperSummary = PaperSummary()


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """``n`` of ``of`` edits sent (push), rows received (pull) or documents moved (papers); bytes of this run."""

    phase: Literal["push", "pull", "papers"]
    n: int
    of: int
    bytes_up: int
    bytes_down: int


Progress = Callable[[SyncProgress], None]
Cancel = Callable[[], bool]
"""True once the user wants the run to stop. Asked between batches and pages: what was stored stays stored."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sync pill tells: edits not yet sent, open conflicts, and when a run was last completed (UTC ms)."""

    waiting: int
    conflicts: int
    last_sync_ms: int | None


@dataclass(frozen=True, slots=True)
class SyncRun:
    """One line of the history: a run that did something, or failed. Instants are UTC ms; counts are of this run.

    ``outcome``: done; partial (documents are still to be moved, ``code`` says why); stopped (by the user); failed.
    """

    at: int
    ended: int
    outcome: Literal["done", "partial", "stopped", "failed"]
    code: str | None = None
    pushed: int = 0
    pulled: int = 0
    merged: int = 0
    conflicts: int = 0
    rejected: int = 0
    papers_up: int = 0
    papers_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


class History(Protocol):
    """Keeps the history of sync."""

    def record(self, run: SyncRun) -> None:
        """Keep it, and forget the oldest. A failure like the one before lengthens that one."""


class SyncApi(Protocol):
    """The server's side of sync, whichever way it is reached. Calls raise the errors of sync.client.failures."""

    bytes_up: int
    bytes_down: int

    def hello(self, message: Hello) -> HelloReply:
        """First call of a run."""

    def push(self, message: Push) -> PushReply:
        """Send edits. The same batch may be sent again when its reply was lost."""

    def pull(self, message: Pull) -> PullReply:
        """Fetch one page."""

    def ack(self, message: Ack) -> None:
        """Tell what is stored and erased."""


class LocalStore(Protocol):
    """The device's store as sync sees it. Every method that writes is one transaction, durable when it returns.

    A method that raises has changed nothing. Methods are called from one thread at a time, never the one that draws.
    """

    def state(self) -> SyncState:
        """Where the device stands now."""

    def standing(self) -> Standing:
        """What to tell the user. Cheap: it is asked after every edit."""

    def pending(self, limit: int, *, after: int = 0) -> list[Mutation]:
        """The oldest ``limit`` mutations of the outbox, ascending by ``n`` without a gap from ``applied_n + 1``.

        ``after``: only those of higher numbers, while the batch before them is not settled yet. All of them were made
        under one version of the dictionary (:meth:`schema_of`); those of another come with the next call.
        """

    def schema_of(self, n: int) -> int:
        """Version of the dictionary under which a waiting edit was made."""

    def settle(self, results: Sequence[Result]) -> None:
        """Store what became of the oldest mutations, and take them off the outbox.

        ``results`` are those of consecutive ``n`` from ``applied_n + 1``. What was rejected or gone stays visible in
        the sync log. Shown values are put right by the pull that follows.
        """

    def save_hello(self, reply: HelloReply) -> None:
        """Keep role, scopes, lease and the server's time. Never touches rows, epoch or cursor."""

    def apply_pages(self, pages: Sequence[PullReply]) -> PageOutcome:
        """Store consecutive pages: rows, drops, erasures, waiting edits laid over them, memberships, words, cursor.

        ``reset`` first forgets all pulled rows, never the outbox. Rows that are then in none of
        ``subscribed`` go, even with edits waiting: those stay in the outbox and are settled by their results.
        """

    def checksums(self) -> Sequence[Checksum]:
        """Of every (scope, table) of which this device holds a row, as its memberships are: not copied from a page."""

    def forget_scope(self, scope: str) -> None:
        """Forget the scope's memberships, and its rows that are in no other scope and have no edits waiting."""

    def reset(self, epoch: str, applied_n: int) -> None:
        """The server was restored: forget all pulled rows and the cursor, and take up the new epoch.

        The outbox is kept, and so are rows with edits waiting. Where the restored server holds fewer results
        (``applied_n``) than this device, the edits it lost wait again from ``applied_n + 1``, those waiting follow.
        Erasures are to be told again.
        """

    def erasures(self) -> dict[str, str]:
        """Ids erased here by order of the server and not yet acknowledged to it, with its proofs ("": none came)."""

    def forget_words(self, stop: Cancel) -> None:
        """Take out of the file what rows that left have left behind there, in steps between which edits are served.

        ``stop`` is asked between steps; what is left is done by a later run, and now and then is often enough.
        """

    def told(self, erased: Iterable[str]) -> None:
        """The server knows of these erasures."""

    def acknowledged(self, erased: Iterable[str], at_ms: int) -> None:
        """The server knows of these erasures; a run was completed at ``at_ms``."""


class PaperTransfer(Protocol):
    """Sends and fetches the bytes of documents, after their rows are in step with the server."""

    def tidy(self) -> None:
        """Remove the bytes of documents that are no longer on this device, above all of erased ones.

        Called when the server's head is reached, before it is told what was erased. NxcrmError: nothing is told yet.
        """

    def run(self, progress: Progress | None, cancel: Cancel | None) -> PaperSummary:
        """Send what the server lacks, fetch what is to be kept here, keep within the space.

        ``cancel`` is asked between pieces, each of about a second. What was moved stays moved. No NxcrmError is
        raised: the summary holds it.
        """


class Clock(Protocol):
    """Time. ``monotonic`` seconds never step back."""

    def now_ms(self) -> int:
        """UTC milliseconds."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""


class TokenSource(Protocol):
    """Access tokens for the bearer header. Thread-safe."""

    def access_token(self) -> str:
        """The current token; renewed first if it is known to have expired. NxcrmError sign_in_needed."""

    def renew(self, refused: str) -> str:
        """A token other than the one the server refused. NxcrmError sign_in_needed, device_revoked."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of tokens of one device. ``access_expires_ms`` is UTC milliseconds by the server's clock."""

    access_token: str
    access_expires_ms: int
    refresh_token: str


class TokenVault(Protocol):
    """Where the tokens are kept: in the encrypted store, nowhere else."""

    def load(self) -> Tokens | None:
        """The tokens, or None before the first sign-in and after sign-out."""

    def save(self, tokens: Tokens | None) -> None:
        """Keep them (None: forget them). Durable when it returns: a refresh token is good once."""


class DeviceKey(Protocol):
    """The device's Ed25519 key, by which the server knows it again."""

    @property
    def public(self) -> str:
        """The public key: 64 hexadecimal digits."""

    def sign(self, message: bytes) -> str:
        """A signature (RFC 8032): 128 hexadecimal digits."""
