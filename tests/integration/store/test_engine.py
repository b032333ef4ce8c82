"""Opening, closing and guarding the encrypted file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from nxcrm_desktop.domain.records import ChangeSet, ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import cipher
from nxcrm_desktop.store.engine import Store, create_store, open_store
from tests.helpers.stores import KEY, MANAGER, fresh_store

OTHER_KEY = bytes(32)


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(NxcrmError) as caught:
        act()
    assert caught.value.happened
    assert caught.value.safe
    assert caught.value.todo
    return caught.value.code


def _filled(folder: Path) -> Path:
    store = fresh_store(folder)
    with store.write(MANAGER) as work:
        work.create_many("lead", [{"name": f"Ravi {i}", "stage": "new"} for i in range(300)])
    store.close()
    return store.path


def test_what_was_saved_is_there_after_opening_again(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    store = open_store(path, KEY)
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 300
        assert reader.outbox_count() == 300
    assert store.integrity_check() == []
    assert store.cipher_version.startswith("4.")
    store.close()


def test_a_wrong_key_is_told_from_a_damaged_file(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    good = path.read_bytes()
    assert _code(lambda: open_store(path, OTHER_KEY)) == "wrong_key"
    assert path.read_bytes() == good, "a wrong key left the file as it was"
    damaged = bytearray(good)
    damaged[200] ^= 1
    path.write_bytes(damaged)
    assert _code(lambda: open_store(path, KEY)) == "store_corrupt"
    assert path.read_bytes() == damaged, "a damaged file is left as it is"


@pytest.mark.parametrize("content", [b"", b"short", b"\0" * 100_000, b"SQLite format 3\0" + b"\0" * 100_000])
def test_what_is_no_store_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)
    assert _code(lambda: open_store(path, KEY)) in {"store_corrupt", "wrong_key"}
    assert path.read_bytes() == content


def test_a_damaged_page_is_found(tmp_path: Path) -> None:
    path = _filled(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    store = open_store(path, KEY)
    try:
        assert store.integrity_check()
    finally:
        store.close()


def test_no_store_and_one_too_many(tmp_path: Path) -> None:
    assert _code(lambda: open_store(tmp_path / "store.db", KEY)) == "store_missing"
    path = _filled(tmp_path)
    before = path.read_bytes()
    assert _code(lambda: create_store(path, KEY)) == "store_exists"
    assert path.read_bytes() == before


def test_a_store_that_could_not_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        create_store(tmp_path / "store.db", b"a passphrase")
    assert list(tmp_path.iterdir()) == []


def test_the_standard_librarys_sqlite_reads_nothing(tmp_path: Path) -> None:
    connection = sqlite3.connect(_filled(tmp_path))
    with pytest.raises(sqlite3.DatabaseError):
        connection.execute("SELECT * FROM sqlite_master").fetchall()
    connection.close()


def test_a_library_that_does_not_encrypt_is_refused() -> None:
    plain = sqlite3.connect(":memory:")
    assert _code(lambda: cipher.version(plain)) == "cipher_missing"
    plain.close()


@pytest.mark.parametrize("statement", ["ATTACH DATABASE '{}' AS out KEY ''", "SELECT sqlcipher_export('main')"])
@pytest.mark.parametrize("read_only", [False, True])
def test_nothing_can_be_written_as_plain_text(store: Store, tmp_path: Path, statement: str, read_only: bool) -> None:
    connection = cipher.connect(store.path, KEY, read_only=read_only)
    with pytest.raises(sqlcipher.DatabaseError, match="not authorized"):
        connection.execute(statement.format(tmp_path / "plain.db"))
    connection.close()
    assert not (tmp_path / "plain.db").exists()


def test_readers_cannot_write_and_keep_their_snapshot(store: Store) -> None:
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 0
        with store.write(MANAGER) as work:
            work.create("lead", {"name": "Ravi", "stage": "new"})
        assert reader.count(ListQuery("lead")) == 0
        with pytest.raises(sqlcipher.OperationalError, match="readonly"):
            reader.cursor.execute("DELETE FROM lead")
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 1


def test_the_key_is_in_no_url_and_no_text(store: Store) -> None:
    shown = f"{store!r} {store._writers!r} {store._writers.url} {store._readers.url} {store._writer!r}"
    assert KEY.hex() not in shown


def test_rekeying_locks_the_old_key_out(tmp_path: Path) -> None:
    store = open_store(_filled(tmp_path), KEY)
    store.rekey(OTHER_KEY)
    with store.write(MANAGER) as work:
        work.create("lead", {"name": "Sita", "stage": "new"})
    assert store.integrity_check() == []
    store.close()
    assert _code(lambda: open_store(store.path, KEY)) == "wrong_key"
    again = open_store(store.path, OTHER_KEY)
    with again.read() as reader:
        assert reader.count(ListQuery("lead")) == 301
    again.close()


def test_a_commit_is_told_once_after_it_is_done(store: Store) -> None:
    told: list[tuple[ChangeSet, int]] = []

    def look(changes: ChangeSet) -> None:
        with store.read() as reader:
            told.append((changes, reader.count(ListQuery("lead"))))

    stop = store.bus.subscribe(look)
    with store.write(MANAGER) as work:
        kept = work.create("lead", {"name": "Ravi", "stage": "new"})
        gone = work.create("lead", {"name": "Sita", "stage": "new"})
        work.delete("lead", gone)
        work.set_pref("theme", "dark")
    with store.write(MANAGER) as work:
        work.set_pref("theme", "light")
    stop()
    with store.write(MANAGER) as work:
        work.delete("lead", kept)
    assert told == [(ChangeSet({"lead": frozenset({kept})}, {"lead": frozenset({gone})}), 1)]


def test_writers_wait_for_each_other(store: Store) -> None:
    def write(first: int) -> None:
        for i in range(20):
            with store.write(MANAGER) as work:
                work.create("lead", {"name": f"Ravi {first + i}", "stage": "new"})

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 60
        assert [entry.n for entry in reader.outbox()] == list(range(1, 61))


def test_a_unit_of_work_within_another_is_a_bug(store: Store) -> None:
    with store.write(MANAGER), pytest.raises(RuntimeError, match="within"), store.write(MANAGER):
        pass


def test_another_programs_lock_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = cipher.connect(store.path, KEY, read_only=False)
    store._raw.execute("PRAGMA busy_timeout = 1")
    other.execute("BEGIN IMMEDIATE")

    def write() -> None:
        with store.write(MANAGER):
            pass

    assert _code(write) == "store_busy"
    other.execute("ROLLBACK")
    other.close()
    write()


def test_the_key_does_not_change_under_a_reader(store: Store) -> None:
    store._raw.execute("PRAGMA busy_timeout = 1")
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 0
        assert _code(lambda: store.rekey(OTHER_KEY)) == "store_busy"
    with store.write(MANAGER) as work:
        work.create("lead", {"name": "Ravi", "stage": "new"})
    store.rekey(OTHER_KEY)
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps files apart by user, not by mode")
def test_no_file_of_the_store_can_be_read_by_other_users(tmp_path: Path) -> None:
    with contextlib.closing(create_store(tmp_path / "store.db", KEY)) as store:
        with store.write(MANAGER) as work:
            work.create("lead", {"name": "Ravi", "stage": "new"})
        modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), 0)


def test_what_need_not_wait_for_the_disk_leaves_the_next_edit_waiting_for_it(store: Store) -> None:
    def synchronous() -> int:
        return int(store._raw.execute("PRAGMA synchronous").fetchone()[0])

    with store.transaction(durable=False):
        assert synchronous() == 1
    assert synchronous() == 2
    with pytest.raises(RuntimeError), store.transaction(durable=False):
        raise RuntimeError
    assert synchronous() == 2
