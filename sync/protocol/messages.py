"""The messages of sync. JSON over HTTPS; decoded strictly; unknown fields are ignored so that either side may grow."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sync.protocol.prepared import prepare

PROTOCOL = 1
MAX_ROWS = 2_000
MAX_MUTATIONS = 500
MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_PIECE_BYTES = 4 * 1024 * 1024
MAX_BLOB_BYTES = 50 * 1024 * 1024
CONTENT_TYPE = "application/json"

Value = str | int | None
Id = Annotated[str, Meta(min_length=36, max_length=36)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Op = Literal["create", "update", "delete", "restore"]
Status = Literal["applied", "merged", "conflict", "rejected", "gone"]
Drop = Literal["leave", "delete", "erase"]


class Hello(Struct, frozen=True):
    """What a device says first. ``epoch`` and ``applied_n`` are what it last knew (None and 0 at first contact).

    ``cursor``: its last one. It shows a server that was restored without anybody saying so that it has been.
    """

    device: Id
    protocols: list[int]
    schema: int
    app_version: str = ""
    epoch: str | None = None
    applied_n: int = 0
    cursor: str | None = None


class Limits(Struct, frozen=True):
    """The server's limits for one request."""

    rows: int = MAX_ROWS
    mutations: int = MAX_MUTATIONS
    body_bytes: int = MAX_BODY_BYTES
    blob_piece_bytes: int = MAX_PIECE_BYTES
    blob_bytes: int = MAX_BLOB_BYTES


class HelloReply(Struct, frozen=True):
    """``applied_n``: last mutation of this device the server holds a result for. ``lease``: see security.lease.

    ``restored_from``: earlier epochs of this very server, oldest first. A device whose epoch is none of
    these is talking to another server, and must not throw away what it has.

    ``settled_days``: how long to keep settled edits, since the server may be restored from a backup as old as that.
    ``tombstone_days``: how long a device may be away before it has to fetch everything anew; what it remembers of rows
    that it no longer holds must not be older, since it would not hear of their erasure.
    """

    protocol: int
    schema_min: int
    schema_max: int
    epoch: str
    user_id: str
    role: str
    scopes: list[str]
    limits: Limits
    device_state: Literal["active", "revoked", "wipe"]
    server_time_ms: int
    applied_n: int
    lease: str
    restored_from: list[str] = []
    settled_days: int = 30
    tombstone_days: int = 180


class Mutation(Struct, frozen=True):
    """One edit. ``n`` is contiguous per device; ``fields`` maps a column to [old, new]; ``group`` ties edits together.

    ``base_ver`` is the server's version of the row the edit was made on (None: the row is new). For ``create`` every
    old is null; for ``delete`` fields hold the values last seen (new is null), so that nothing typed is lost.
    ``restore`` takes back a deletion; its fields, if any, are changed as by ``update``.
    """

    n: Annotated[int, Meta(ge=1)]
    group: Id
    op: Op
    table: Name
    id: Id
    base_ver: int | None
    fields: dict[str, tuple[Value, Value]]
    at: Int64


class Pull(Struct, frozen=True):
    """Ask for what is newer than the cursor (None: from the beginning).

    ``refetch``: scopes to send again from their beginning, because what the device holds of them failed its checksum.
    """

    device: Id
    schema: int
    cursor: str | None = None
    limit_rows: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = MAX_ROWS
    limit_bytes: Annotated[int, Meta(ge=1024, le=MAX_BODY_BYTES)] = MAX_BODY_BYTES
    refetch: list[str] = []


class Push(Struct, frozen=True):
    """A batch of edits, ascending by ``n`` without a gap. ``pull``: answer it, too, once they are settled."""

    device: Id
    schema: int
    mutations: Annotated[list[Mutation], Meta(max_length=MAX_MUTATIONS)]
    pull: Pull | None = None


class Result(Struct, frozen=True):
    """What became of one mutation. ``code``/``reason`` say why it was refused; ``conflicts`` are record ids."""

    n: int
    status: Status
    ver: int | None = None
    code: str = ""
    reason: str = ""
    conflicts: list[str] = []


class Rows(Struct, frozen=True):
    """Rows of one table in column order; a row is [scope number, ver, *values]; numbers index ``PullReply.scopes``."""

    table: str
    columns: list[str]
    rows: list[list[Value]]


class Dropped(Struct, frozen=True, omit_defaults=True):
    """A row that left a scope, or was deleted or erased everywhere.

    ``proof`` comes with an erasure: the server's own signature, to be shown to it if it is ever restored.
    """

    table: str
    id: str
    scope: int
    op: Drop
    proof: str = ""


class Checksum(Struct, frozen=True):
    """``count`` rows of the table are in the scope; ``sum`` is Σ hash64(id, ver) mod 2⁶⁴ as 16 hex digits."""

    scope: str
    table: str
    count: int
    sum: str


class PullReply(Struct, frozen=True):
    """One page. ``reset``: forget all pulled rows (never the outbox) first: the cursor was too old or of another epoch.

    ``scopes`` lists the scope names this page's numbers refer to; ``subscribed`` is the full set of the device now:
    rows in none of them must go. ``checksums`` come with the page that reaches head (``complete``).
    """

    cursor: str
    complete: bool
    epoch: str
    scopes: list[str]
    subscribed: list[str]
    rows: list[Rows]
    dropped: list[Dropped]
    checksums: list[Checksum]
    applied_n: int
    remaining: int
    reset: bool = False


class PushReply(Struct, frozen=True):
    """Results in the order of the batch (also for those applied by an earlier, lost attempt).

    ``page`` answers the batch's ``pull``. It may be missing (an older server, a pull to be refused): then pull.
    """

    results: list[Result]
    applied_n: int
    page: PullReply | None = None


class Ack(Struct, frozen=True):
    """The cursor is stored durably; these erasures have been carried out here.

    ``proofs``, in the order of ``erased``: those that came with them, "" where none did. ``cursor`` is None from a
    device that has just heard of a new epoch: it tells of all its erasures before anything else.
    """

    device: Id
    cursor: str | None
    erased: list[str] = []
    proofs: list[str] = []
    wiped: bool = False


class Problem(Struct, frozen=True):
    """Every error reply (RFC 9457 in spirit): a stable code, a sentence, and seconds to wait where that helps.

    ``offset``: where an upload goes on.
    """

    code: str
    message: str
    retry_after: int | None = None
    offset: int | None = None


prepare(vars())
