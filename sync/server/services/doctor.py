"""Whether everything the server needs is there and sound."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError

from nxcrm_desktop.errors import NxcrmError
from sync.server import tls
from sync.server.blobs.choice import sealed_pieces
from sync.server.context import ServerContext
from sync.server.problems import unavailable
from sync.server.services import audit
from sync.server.store.blob_waste import contents
from sync.server.store.engine import read_snapshot
from sync.server.store.migrate import current_revision, head_revision

_LEAST_FREE_BYTES = 512 * 1024 * 1024
_NO_ROOM_BYTES = 64 * 1024 * 1024
_OTHERS = 0o077
_SAMPLE = 20
DRAIN_FILE = "drain"
"""While a file of this name is in the data folder, the server says that it is not ready, and serves on."""


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; ``detail`` is a sentence without personal data."""

    name: str
    ok: bool
    detail: str


def require_database(context: ServerContext) -> None:
    """NxcrmError ``unavailable`` or ``database_mismatch``."""
    try:
        current = current_revision(context.engine)
    except DBAPIError as problem:
        raise unavailable() from problem
    if current != head_revision():
        raise NxcrmError(
            "database_mismatch",
            "The database is of another version than the server program.",
            safe="It was not touched.",
            todo="Start the server of the same version once: nxcrm-server run brings an older database up to date.",
        )


def require_ready(context: ServerContext) -> None:
    """Whether this machine should be sent requests. NxcrmError ``draining``, ``disk_full``, or as above."""
    if (context.config.data_dir / DRAIN_FILE).exists():
        raise NxcrmError(
            "draining",
            "This server is being taken out of service.",
            safe="Requests under way are answered.",
            todo=f"Ask another server. To take it back into service remove {DRAIN_FILE} from its data folder.",
        )
    if shutil.disk_usage(context.config.data_dir).free < _NO_ROOM_BYTES:
        raise NxcrmError(
            "disk_full", "The server's disk is full.", safe="What was stored is safe.", todo="Make room on it."
        )
    require_database(context)


def examine(context: ServerContext) -> Iterator[Check]:
    """Every check, in order; one that fails does not keep the others from running."""
    yield _check("database", lambda: _database(context))
    yield _check("audit", lambda: _audit(context))
    yield _check("signing_key", lambda: _private(context))
    yield _check("disk", lambda: _disk(context))
    yield _check("document_store", lambda: _document_store(context))
    yield _check("documents", lambda: _documents(context))
    if context.config.tls_dir.exists():
        yield _check("certificate", lambda: _certificate(context))


def _check(name: str, run: Callable[[], tuple[bool, str]]) -> Check:
    try:
        ok, detail = run()
    except (NxcrmError, DBAPIError, OSError) as problem:
        detail = problem.message if isinstance(problem, NxcrmError) else type(problem).__name__
        return Check(name, ok=False, detail=detail)
    return Check(name, ok, detail)


def _database(context: ServerContext) -> tuple[bool, str]:
    require_database(context)
    return True, f"{context.engine.dialect.name} at revision {head_revision()}"


def _audit(context: ServerContext) -> tuple[bool, str]:
    with read_snapshot(context.engine) as connection:
        verdict = audit.verify(connection)
    if verdict.broken_at is not None:
        return False, f"broken at event {verdict.broken_at}: {verdict.reason}"
    return True, f"{verdict.events} events, unbroken"


def _private(context: ServerContext) -> tuple[bool, str]:
    mode = context.config.key_file.stat().st_mode
    if mode & _OTHERS:
        return False, "the signing key can be read by other users of this machine"
    return True, "present and private"


def _disk(context: ServerContext) -> tuple[bool, str]:
    free = shutil.disk_usage(context.config.data_dir).free
    return free >= _LEAST_FREE_BYTES, f"{free // (1024 * 1024)} MiB free"


def _document_store(context: ServerContext) -> tuple[bool, str]:
    sealed_pieces(context).store.check()
    return True, f"{context.config.blobs.store} takes and removes files"


def _documents(context: ServerContext) -> tuple[bool, str]:
    """Every piece must be there; a sample, another one each time, must have the hash it is filed under."""
    pieces = sealed_pieces(context)
    with read_snapshot(context.engine) as connection:
        known = list(contents(connection))
    missing = [sha256 for sha256, _, parts in known if not all(pieces.store.has(part.name) for part in parts)]
    whole = [one for one in known if one[0] not in set(missing)]
    sample = random.sample(whole, min(_SAMPLE, len(whole)))
    damaged = [sha256 for sha256, size, parts in sample if pieces.digest(parts, size) != sha256]
    detail = f"{len(known)} documents, {len(missing)} missing, {len(damaged)} of {len(sample)} examined damaged"
    return not missing and not damaged, detail


def _certificate(context: ServerContext) -> tuple[bool, str]:
    ends = tls.expires_at(context.config.tls_dir / "server.pem")
    return ends > datetime.now(UTC), f"development certificate until {ends.date().isoformat()}"
