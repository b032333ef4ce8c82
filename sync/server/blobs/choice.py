"""Which store a configuration means."""

from __future__ import annotations

from nxcrm_desktop.errors import NxcrmError
from sync.server.blobs.bucket import Bucket
from sync.server.blobs.local_disk import LocalDisk
from sync.server.blobs.ports import BlobStore
from sync.server.blobs.sealing import SealedPieces
from sync.server.context import ServerContext


def sealed_pieces(context: ServerContext) -> SealedPieces:
    """The encrypted pieces of a server. NxcrmError ``bad_config``."""
    return SealedPieces(_store(context), context.keys.derive("blobs"))


def _store(context: ServerContext) -> BlobStore:
    settings = context.config.blobs
    if settings.store == "disk":
        return LocalDisk(context.config.blob_dir)
    if not settings.bucket:
        raise NxcrmError(
            "bad_config",
            "server.toml says that documents lie in a bucket, and names none.",
            safe="Nothing was changed.",
            todo='Add bucket = "NAME" to its section [blobs].',
        )
    return Bucket(settings)
