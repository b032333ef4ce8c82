"""The server's data folder and its configuration, ``server.toml``."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.files import write_atomically
from sync.server.settings import HistorySettings, LimitSettings, MetricsSettings, NetworkSettings

CONFIG_NAME = "server.toml"
KEY_NAME = "signing.key"
_DATABASE_NAME = "server.db"
_SCHEMES = ("sqlite", "postgresql+psycopg")


class OrgPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``password_only_devices``: may a device without a keyring enrol; ``development``: while the server is served for
    development only. ``offline_days``: how long a lease lasts.
    """

    password_only_devices: bool | Literal["development"] = False
    offline_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7


class _Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str = "nxcrm"


class _Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str = ""


class BlobSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the bytes of documents lie. ``folder``: for "disk", else ``blobs`` in the data folder. The others: for
    "bucket"; credentials left empty are looked for where boto3 looks (environment, shared file, the machine's role).

    ``keep_unfinished_days``: an upload nobody goes on with is discarded. ``keep_deleted_days``: how long bytes outlive
    the deletion of their document; those of an erased one go at once.
    """

    store: Literal["disk", "bucket"] = "disk"
    folder: str = ""
    bucket: str = ""
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    keep_unfinished_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7
    keep_deleted_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    organisation: _Organisation = _Organisation()
    database: _Database = _Database()
    policy: OrgPolicy = OrgPolicy()
    blobs: BlobSettings = BlobSettings()
    limits: LimitSettings = LimitSettings()
    network: NetworkSettings = NetworkSettings()
    metrics: MetricsSettings = MetricsSettings()
    history: HistorySettings = HistorySettings()


@dataclass(frozen=True)
class ServerConfig:
    """Where the server keeps things, and the organisation's rules. ``database_url`` is a SQLAlchemy URL."""

    data_dir: Path
    database_url: str
    organisation: str
    policy: OrgPolicy
    blobs: BlobSettings = field(default_factory=BlobSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    development: bool = False  # served with a certificate made here, or to this machine alone

    @property
    def password_only_allowed(self) -> bool:
        """Whether a device without a keyring may enrol now."""
        allowed = self.policy.password_only_devices
        return self.development if allowed == "development" else allowed is True

    @property
    def tls_dir(self) -> Path:
        """Folder of the certificates made for development."""
        return self.data_dir / "tls"

    @property
    def blob_dir(self) -> Path:
        """Folder of the bytes of documents, where they lie on a disk."""
        return Path(self.blobs.folder) if self.blobs.folder else self.data_dir / "blobs"

    @property
    def key_file(self) -> Path:
        """The Ed25519 signing key."""
        return self.data_dir / KEY_NAME


def checked_url(url: str) -> str:
    """The database URL, if the server knows its kind. NxcrmError ``bad_database_url``."""
    if url and url.partition(":")[0] not in _SCHEMES:
        raise NxcrmError(
            "bad_database_url",
            "This database address is not one the server knows.",
            safe="Nothing was changed.",
            todo="Use postgresql+psycopg://USER:PASSWORD@HOST/NAME, or leave --database out to use SQLite.",
        )
    return url


def load(data_dir: Path) -> ServerConfig:
    """The configuration in ``data_dir``. NxcrmError ``not_initialised`` or ``bad_config``."""
    path = data_dir / CONFIG_NAME
    try:
        known = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except FileNotFoundError as problem:
        raise NxcrmError(
            "not_initialised",
            f"There is no server in {data_dir}.",
            safe="Nothing was changed.",
            todo="Make one with: nxcrm-server init --data DIR --admin NAME",
        ) from problem
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise NxcrmError(
            "bad_config", f"{path} cannot be read: {problem}.", safe="Nothing was changed.", todo="Correct the file."
        ) from problem
    url = checked_url(known.database.url) or default_database(data_dir)
    return ServerConfig(
        data_dir,
        url,
        known.organisation.name,
        known.policy,
        known.blobs,
        known.limits,
        known.network,
        known.metrics,
        known.history,
    )


def default_database(data_dir: Path) -> str:
    """URL of the SQLite database inside the data folder."""
    return f"sqlite:///{(data_dir / _DATABASE_NAME).resolve()}"


def save(data_dir: Path, *, organisation: str, database_url: str, policy: OrgPolicy) -> None:
    """Writes ``server.toml`` (readable by its owner alone: a database address may hold a password)."""
    text = (
        "# Read when the server starts. An empty database url means SQLite in this folder.\n"
        f"[organisation]\nname = {_quoted(organisation)}\n\n"
        f"[database]\nurl = {_quoted(database_url)}\n\n"
        '# password_only_devices: whether a device without a system keyring may enrol: true, false, or "development",\n'
        "# which allows it while the server runs with --dev-tls or --insecure-loopback.\n"
        "# offline_days: how many days a device may be opened without having met the server.\n"
        f"[policy]\npassword_only_devices = {json.dumps(policy.password_only_devices)}\n"
        f"offline_days = {policy.offline_days}\n\n"
        "# Where the bytes of documents lie, encrypted: in a folder (the default: blobs, beside this file), or in an\n"
        '# S3-compatible bucket: store = "bucket", bucket = NAME, and prefix, endpoint, region, access_key and\n'
        "# secret_key as needed. Credentials left out are taken from the environment or the machine's role.\n"
        '[blobs]\nstore = "disk"\n\n'
        "# There are also [history], [limits], [network] and [metrics]: see docs/reference/server-settings.md.\n"
    )
    write_atomically(data_dir / CONFIG_NAME, text.encode())


def _quoted(text: str) -> str:
    """A TOML basic string; its escapes are those of JSON but for DEL (TOML 1.0)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
