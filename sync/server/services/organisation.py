"""A new organisation: its data folder, its database and its first administrator. All of it, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.server import config as configuration
from sync.server.config import OrgPolicy, ServerConfig
from sync.server.context import ServerContext
from sync.server.keys import ServerKeys
from sync.server.services.seed import seed
from sync.server.services.staff import NewUser, Staff
from sync.server.services.writes import server_write
from sync.server.store import audit
from sync.server.store.accounts import count_users
from sync.server.store.engine import make_engine, read_snapshot
from sync.server.store.migrate import migrate


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made. ``database_url`` empty: SQLite inside the folder."""

    data_dir: Path
    admin: str
    organisation: str
    database_url: str = ""
    policy: OrgPolicy = field(default_factory=OrgPolicy)


@dataclass(frozen=True, slots=True)
class Founded:
    """What is told once: the administrator and what they need to enrol their first device."""

    admin: str
    temporary_password: str
    totp_uri: str
    recovery_codes: list[str]


def found(plan: Plan) -> Founded:
    """NxcrmError ``already_initialised``, ``database_in_use``, ``bad_database_url``, ``bad_user_name``."""
    url = configuration.checked_url(plan.database_url)
    with _new_folder(plan.data_dir) as folder:
        configuration.save(folder, organisation=plan.organisation, database_url=url, policy=plan.policy)
        keys = ServerKeys.create(folder / configuration.KEY_NAME)
        config = ServerConfig(folder, url or configuration.default_database(folder), plan.organisation, plan.policy)
        context = ServerContext(config, make_engine(config.database_url), keys)
        try:
            return _fill(context, plan)
        finally:
            context.engine.dispose()


def _fill(context: ServerContext, plan: Plan) -> Founded:
    migrate(context.engine)
    _require_unused(context)
    admin = NewUser(plan.admin, plan.admin, Role.ADMIN)
    with server_write(context.engine, None) as write:
        audit.begin(write.connection)
        seed(write, policy_text=_policy_text())
        handout, codes = Staff(context).add_first(write, admin)
    return Founded(plan.admin, handout.temporary_password, handout.totp_uri, codes)


def _require_unused(context: ServerContext) -> None:
    with read_snapshot(context.engine) as connection:
        if count_users(connection):
            raise NxcrmError(
                "database_in_use",
                "This database already belongs to an organisation.",
                safe="It was not changed.",
                todo="Give another --database.",
            )


def _policy_text() -> str:
    return resources.files("resources").joinpath("policy/privacy-en.txt").read_text(encoding="utf-8")


@contextmanager
def _new_folder(wanted: Path) -> Iterator[Path]:
    """A folder beside the wanted one that takes its name at the end, and is gone if anything failed."""
    if wanted.exists() and (not wanted.is_dir() or any(wanted.iterdir())):
        raise NxcrmError(
            "already_initialised",
            f"{wanted} exists and is not empty.",
            safe="It was not changed.",
            todo="Choose a new folder for --data.",
        )
    wanted.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{wanted.name}-", dir=wanted.parent))
    try:
        yield made
        if wanted.exists():
            wanted.rmdir()
        made.rename(wanted)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
