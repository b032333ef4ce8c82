"""Pieces as objects of an S3-compatible bucket.

A piece is one PUT of at most 4 MiB: S3 makes an object visible whole or not at all, and every write under a new name
readable at once (strong read-after-write consistency), which is all that is asked of it. boto3 takes a second to import
and is needed only where a bucket is configured: it is imported on first use.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sync.server.blobs.ports import Listed, Readable, unreachable
from sync.server.blobs.sealing import new_name
from sync.server.config import BlobSettings

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_CONNECT_SECONDS = 5
_READ_SECONDS = 30
_CONNECTIONS = 40  # as many as the server has threads to use them
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})


class Bucket:
    """A :class:`sync.server.blobs.ports.BlobStore`. Credentials come from the settings, or from where boto3 looks:
    environment, shared file, the machine's role.
    """

    def __init__(self, settings: BlobSettings) -> None:
        self._settings = settings

    def put(self, name: str, data: bytes) -> None:
        """As the port says."""
        with _failures():
            self._client.put_object(Bucket=self._settings.bucket, Key=self._key(name), Body=data)

    @contextmanager
    def open(self, name: str, start: int) -> Iterator[Readable]:
        """As the port says."""
        with _failures():
            found = self._client.get_object(
                Bucket=self._settings.bucket, Key=self._key(name), Range=f"bytes={start}-"
            )  # fmt: skip
        body = found["Body"]
        try:
            yield _Guarded(body)
        finally:
            body.close()

    def has(self, name: str) -> bool:
        """As the port says."""
        try:
            with _failures():
                self._client.head_object(Bucket=self._settings.bucket, Key=self._key(name))
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        """As the port says."""
        with _failures():
            self._client.delete_object(Bucket=self._settings.bucket, Key=self._key(name))

    def listed(self) -> Iterator[Listed]:
        """As the port says."""
        with _failures():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._settings.bucket, Prefix=self._settings.prefix
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    name = entry["Key"].removeprefix(self._settings.prefix)
                    yield Listed(name, int(entry["LastModified"].timestamp() * 1000))

    def check(self) -> None:
        """As the port says."""
        name = new_name()
        self.put(name, b"check")
        self.remove(name)

    def _key(self, name: str) -> str:
        return self._settings.prefix + name

    @cached_property
    def _client(self) -> S3Client:
        import boto3
        from botocore.config import Config

        s = self._settings
        options: dict[str, Any] = {
            "region_name": s.region or None, "endpoint_url": s.endpoint or None,
            "aws_access_key_id": s.access_key or None, "aws_secret_access_key": s.secret_key or None,
        }  # fmt: skip
        config = Config(
            connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS, max_pool_connections=_CONNECTIONS,
            retries={"mode": "standard", "max_attempts": 3},
            # Not every compatible server knows the newer checksums; a frame's tag tells of every flipped bit anyway.
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
            s3={"addressing_style": "path"} if s.endpoint else {},
        )  # fmt: skip
        return boto3.session.Session().client("s3", config=config, **options)


class _Guarded:
    """The body of a reply, whose failures are the store's."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int, /) -> bytes:
        """Some bytes."""
        with _failures():
            data: bytes = self._body.read(size)
            return data


@contextmanager
def _failures() -> Iterator[None]:
    """FileNotFoundError for an object that is not there, NxcrmError ``unavailable`` for everything else."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except ClientError as problem:
        if problem.response.get("Error", {}).get("Code") in _GONE:
            raise FileNotFoundError from problem
        raise unreachable() from problem
    except (BotoCoreError, HTTPClientError) as problem:
        raise unreachable() from problem
