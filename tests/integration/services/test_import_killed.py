"""A program killed in the middle of an import: whole batches are there, they are known, and they can be undone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.services.imports import ImportService
from nxcrm_desktop.store.engine import create_store, open_store
from tests.helpers.source import ROOT

_KILLED = """
import os, signal, sys
from pathlib import Path
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.services.imports import ImportService
from nxcrm_desktop.store.engine import open_store

store, user, leads = sys.argv[1:]
opened = open_store(Path(store), bytes.fromhex(sys.stdin.read()))
def progress(done, total):
    if done == 1000:
        os.kill(os.getpid(), signal.SIGKILL)
ImportService(opened, Actor(user, Role.SALES)).run(Path(leads), "lead", progress=progress)
"""


def test_what_was_committed_before_a_kill_can_be_undone(tmp_path: Path) -> None:
    key, path, actor = os.urandom(32), tmp_path / "store.db", Actor(new_id(), Role.SALES)
    create_store(path, key).close()
    leads = tmp_path / "leads.csv"
    leads.write_text("Name,E-mail\n" + "".join(f"Person {n},p{n}@example.org\n" for n in range(2000)))
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(path), actor.user_id, str(leads)],
        input=key.hex(), text=True, cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL

    store = open_store(path, key)
    try:
        imports = ImportService(store, actor)
        (batch,) = imports.batches()
        assert (batch.entity, batch.file_name, batch.undone_at) == ("lead", "leads.csv", None)
        with store.read() as reader:
            assert reader.count(ListQuery("lead", order="id")) == reader.outbox_count() == 1000
        rest = imports.run(leads, "lead")
        assert (rest.created, rest.duplicates) == (1000, 1000)
        assert imports.undo(batch.id).deleted == 1000
        assert store.integrity_check() == []
    finally:
        store.close()
