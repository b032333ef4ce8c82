"""A store of the first release: the documents attached on it wait for the server once it is brought up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from nxcrm_desktop.store import cipher, migrate, papers
from nxcrm_desktop.store.engine import Store, open_store
from tests.helpers.stores import KEY

OLD = "0002"


def _old_store(path: Path) -> None:
    """As the release before left it, with two versions of one content and one of another."""
    path.touch(mode=0o600)
    store = Store(path, KEY)
    with store.transaction() as (connection, _):
        config = Config()
        config.set_main_option("script_location", str(migrate._FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, OLD)
        columns = "id, document_id, number, sha256, size_bytes, created_at"
        insert = f"INSERT INTO document_version ({columns}) VALUES (?, ?, 1, ?, ?, ?)"  # noqa: S608
        rows = [("v2", "d2", "a" * 64, 10, 200), ("v1", "d1", "a" * 64, 10, 100), ("v3", "d3", "b" * 64, 20, 300)]
        connection.connection.cursor().executemany(insert, rows)
    store.close()
    cipher.assert_ciphertext(path)


def test_what_was_attached_before_waits_to_be_sent(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    _old_store(path)
    store = open_store(path, KEY)
    try:
        with store.read() as reader:
            found = {one.sha256[0]: one for one in papers.every(reader.cursor)}
            waiting = [one.sha256[0] for one in papers.unsent(reader.cursor)]
    finally:
        store.close()
    assert {name: (one.size, one.here, one.on_server, one.version_id) for name, one in found.items()} == {
        "a": (10, True, False, "v1"), "b": (20, True, False, "v3"),
    }  # fmt: skip
    assert waiting == ["a", "b"], "the oldest first"
