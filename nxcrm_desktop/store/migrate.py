"""Bringing a store up to this program's version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.migrations import HEAD

if TYPE_CHECKING:
    from nxcrm_desktop.store.engine import Store

_FOLDER = Path(__file__).with_name("migrations")


def upgrade(store: Store) -> None:
    """Migrate to ``HEAD`` in one transaction: all or nothing. NxcrmError ``store_newer``, ``disk_full``."""
    with store.read() as reader:
        if revision_of(reader.connection) == HEAD:
            return
    with store.transaction() as (connection, _):
        _upgrade(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision of a store; None for an empty file."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").scalar():
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # a fifth of a second to load, and hardly ever needed
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision_of(connection) not in {None, *known}:
        raise NxcrmError(
            "store_newer",
            "The local store was made by a newer version of this program.",
            safe="It was not touched.",
            todo="Update the program, then open it again.",
        )
    command.upgrade(config, HEAD)
