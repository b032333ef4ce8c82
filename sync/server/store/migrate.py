"""Bringing a server's database to the schema of this program."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from nxcrm_desktop.errors import NxcrmError
from sync.server.store.engine import read_snapshot, write_transaction

_FOLDER = Path(__file__).with_name("migrations")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """The newest revision this program knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current_revision(engine: Engine) -> str | None:
    """The revision of a database; None for an empty one."""
    with read_snapshot(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine) -> None:
    """Bring the database to head, all or nothing. NxcrmError ``database_newer`` if a later program made it."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    current = current_revision(engine)
    if current is not None and current not in known:
        raise NxcrmError(
            "database_newer",
            "The database was made by a newer version of the server.",
            safe="It was not touched.",
            todo="Update the server program.",
        )
    with write_transaction(engine) as connection:
        command.upgrade(_config(connection), "head")
