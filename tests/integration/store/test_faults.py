"""A killed program, a full disk, a disk that fails: what was saved is there, and nothing is half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.engine import Store, open_store
from nxcrm_desktop.store.sync_store import SyncStore
from sync.protocol.messages import Result
from tests.helpers.full_disk import full_beyond
from tests.helpers.stores import KEY, MANAGER, fresh_store, page, server_row, store_page

_WRITER = """
import sys
from pathlib import Path
from nxcrm_desktop.store.engine import open_store
from tests.helpers.stores import KEY, MANAGER
store = open_store(Path(sys.argv[1]), KEY)
while True:
    with store.write(MANAGER) as work:
        ids = work.create_many("lead", [{"name": f"Ravi {i}", "stage": "new", "notes": "x" * 500} for i in range(20)])
        work.update("lead", ids[0], {"city": "Pune"})
        work.delete("lead", ids[1])
    sys.stdout.write("saved\\n")
    sys.stdout.flush()
"""


def _consistent(store: Store) -> int:
    """The store holds whole units of work only; how many."""
    with store.read() as reader:
        entries = reader.outbox()
        assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
        units = len(entries) // 22
        assert len(entries) == units * 22
        assert reader.count(ListQuery("lead")) == units * 19
        assert len(reader.search("ravi", limit=10_000)) == units * 19
    assert store.integrity_check() == []
    return units


@pytest.mark.parametrize("after", [1, 4])
def test_a_program_killed_while_writing_loses_nothing_saved(tmp_path: Path, after: int) -> None:
    fresh_store(tmp_path).close()
    path = tmp_path / "store.db"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
    )
    assert writer.stdout is not None
    for _ in range(after):
        assert writer.stdout.readline() == b"saved\n"
    writer.send_signal(signal.SIGKILL)
    saved = after + writer.stdout.read().count(b"saved")
    writer.wait()
    writer.stdout.close()
    store = open_store(path, KEY)
    assert _consistent(store) in (saved, saved + 1)
    store.close()


@settings(max_examples=15)
@given(steps=st.integers(0, 120))
def test_a_page_that_dies_anywhere_is_stored_whole_or_not_at_all(
    steps: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = fresh_store(tmp_path_factory.mktemp("dies"))
    sync = SyncStore(store)
    with store.write(MANAGER) as work:
        made = work.create("lead", {"name": "Ravi", "stage": "new"})
    countdown = iter(range(steps))
    store._raw.set_progress_handler(lambda: int(next(countdown, None) is None), 100)
    try:
        store_page(sync, page([("owner:a", 1, server_row(name=f"Sita {i}", phone="+919876543210")) for i in range(10)]))
        sync.settle([Result(1, "applied", ver=1)])
    except Exception as error:  # noqa: BLE001 (interrupted: whatever is raised)
        assert "interrupted" in str(error)
    store._raw.set_progress_handler(None, 0)
    with store.read() as reader:
        state, count = sync.state(), reader.count(ListQuery("lead"))
        assert reader.get("lead", made)
        assert (state.cursor, count, len(reader.search("sita"))) in {(None, 1, 0), ("c1", 11, 10)}
        assert state.applied_n + state.waiting == 1
    assert store.integrity_check() == []
    store.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(store: Store) -> None:
    with store.write(MANAGER) as work:
        row_id = work.create("lead", {"name": "Ravi", "stage": "new"})
    with full_beyond(store.path.stat().st_size + 200_000):
        refused = _fill(store)
    assert refused.code in {"disk_full", "disk_error"}
    assert refused.todo
    assert "saved" in refused.safe
    with store.write(MANAGER) as work:
        work.update("lead", row_id, {"city": "Pune"})
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 1
        assert reader.outbox_count() == 2
    assert store.integrity_check() == []


def test_a_store_that_may_not_grow_is_told_as_a_full_disk(store: Store, sync_store: SyncStore) -> None:
    limit = store._raw.execute("PRAGMA page_count").fetchone()[0] + 10
    store._raw.execute(f"PRAGMA max_page_count = {limit}")
    assert _fill(store).code == "disk_full"
    rows = [("owner:a", 1, server_row(name=f"Sita {i}", notes="x" * 5000)) for i in range(100)]
    with pytest.raises(NxcrmError) as caught:
        store_page(sync_store, page(rows))
    assert caught.value.code == "disk_full"
    assert sync_store.state().cursor is None
    store._raw.execute("PRAGMA max_page_count = 1000000")
    assert store_page(sync_store, page(rows)).put == 100
    assert store.integrity_check() == []


def _fill(store: Store) -> NxcrmError:
    with pytest.raises(NxcrmError) as caught, store.write(MANAGER) as work:  # noqa: PT012 (until it does not fit)
        while True:
            work.create_many("lead", [{"name": f"Sita {i}", "stage": "new", "notes": "x" * 5000} for i in range(200)])
    return caught.value


@pytest.mark.parametrize("moment", [0.01, 0.05])
def test_a_kill_while_the_key_changes_leaves_one_key_that_opens(tmp_path: Path, moment: float) -> None:
    store = fresh_store(tmp_path)
    with store.write(MANAGER) as work:
        work.create_many("lead", [{"name": f"Ravi {i}", "stage": "new", "notes": "x" * 5000} for i in range(500)])
    store.close()
    script = (
        "import sys, threading, os, time\n"
        "from pathlib import Path\n"
        "from nxcrm_desktop.store.engine import open_store\n"
        "from tests.helpers.stores import KEY\n"
        "store = open_store(Path(sys.argv[1]), KEY)\n"
        "threading.Timer(float(sys.argv[2]), os.kill, (os.getpid(), 9)).start()\n"
        "store.rekey(bytes(32))\n"
        "time.sleep(9)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, str(store.path), str(moment)],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    opened = []
    for key in (KEY, bytes(32)):
        try:
            opened.append(open_store(store.path, key))
        except NxcrmError as error:
            assert error.code == "wrong_key"
    assert len(opened) == 1
    with opened[0].read() as reader:
        assert reader.count(ListQuery("lead")) == 500
    assert opened[0].integrity_check() == []
    opened[0].close()
