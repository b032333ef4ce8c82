"""Every byte on the disk is ciphertext, and what was erased is nowhere, not even in the decrypted file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nxcrm_desktop.domain.clock import now_ms
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.store import purge, sync_store as sync_store_module
from nxcrm_desktop.store.batches import ImportedRow
from nxcrm_desktop.store.engine import Store, open_store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import SyncStore
from sync.protocol.messages import PullReply, Result
from tests.helpers.stores import KEY, MANAGER, page, server_row, store_page

CANARY = "zqxjkvcanary"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _with_canary(store: Store) -> str:
    with store.write(MANAGER) as work:
        row_id = work.create("lead", {"name": f"{CANARY} Kumar", "stage": "new", "notes": CANARY})
        work.update("lead", row_id, {"notes": f"{CANARY} again"})
        work.set_meta("tokens", CANARY)
    return row_id


def test_no_file_of_an_open_or_a_closed_store_shows_a_word(store: Store, tmp_path: Path) -> None:
    _with_canary(store)
    files = _bytes(tmp_path)
    assert {"store.db", "store.db-wal"} <= files.keys()
    store.close()
    for name, content in [*files.items(), *_bytes(tmp_path).items()]:
        assert CANARY.encode() not in content, name
        assert b"CREATE TABLE" not in content, name
        assert KEY not in content, name


def _decrypted(store: Store) -> bytes:
    """Every page of the file in plain text: what a thief with the key would see, free pages and slack included."""
    store.checkpoint()
    content = store.path.read_bytes()
    mac_reserve = 48
    return b"".join(_pages(content, mac_reserve))


def _pages(content: bytes, reserve: int) -> list[bytes]:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    pages = []
    for at in range(0, len(content), 8192):
        start = at + (16 if at == 0 else 0)
        body, iv = content[start : at + 8192 - reserve], content[at + 8192 - reserve : at + 8192 - reserve + 16]
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(iv)).decryptor()
        pages.append(decryptor.update(body) + decryptor.finalize())
    return pages


def test_what_is_erased_is_nowhere(store: Store, sync_store: SyncStore) -> None:
    server = server_row(name=f"{CANARY} Devi", notes=CANARY)
    erased = str(server["id"])
    store_page(sync_store, page([("owner:a", 1, server)]))
    with store.write(MANAGER) as work:
        work.update("lead", erased, {"notes": f"{CANARY} refused"})
    sync_store.settle([Result(1, "rejected", code="not_allowed")])
    with store.write(MANAGER) as work:
        work.update("lead", erased, {"name": f"{CANARY} Old"})
        work.update("lead", erased, {"name": f"{CANARY} New"})
        work.put_batch(new_id(), "lead", "f.csv", [ImportedRow(erased, "d", CANARY)], {})
        work.create_many("lead", [{"name": f"Ravi {i}", "stage": "new"} for i in range(50)])
    assert CANARY.encode() in _decrypted(store), "the test can see what is there"
    outcome = store_page(sync_store, page(dropped=[("owner:a", erased, "erase")]))
    assert outcome.dropped == 1
    assert CANARY.encode() not in _decrypted(store)
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 50
        assert [entry.n for entry in reader.outbox()] == list(range(2, 54)), "numbers stay, so that there is no gap"
        assert reader.outbox()[0].fields == {}
    assert sync_store.erasures() == {erased: ""}
    sync_store.acknowledged([erased], 5)
    assert sync_store.erasures() == {}
    assert store.integrity_check() == []


Leaving = Callable[[str], PullReply]
_LEAVES: dict[str, Leaving] = {
    "given away": lambda row_id: page(dropped=[("owner:a", row_id, "leave")]),
    "deleted": lambda row_id: page(dropped=[("owner:a", row_id, "delete")]),
    "no longer subscribed": lambda row_id: page(subscribed=["owner:b"]),
    "begun again in another role": lambda row_id: page(reset=True, subscribed=["owner:b"]),
}


@pytest.mark.parametrize("how", _LEAVES)
def test_what_has_left_is_nowhere(store: Store, sync_store: SyncStore, tmp_path: Path, how: str) -> None:
    server = server_row(name=f"{CANARY} Devi", notes=CANARY)
    store_page(sync_store, page([("owner:a", 1, server)]))
    store_page(sync_store, page([("owner:b", 1, server_row(name=f"Ravi {i}")) for i in range(50)]))
    assert CANARY.encode() in _decrypted(store), "the test can see what is there"
    store_page(sync_store, _LEAVES[how](str(server["id"])))
    sync_store.forget_words(lambda: False)
    journal = (tmp_path / "store.db-wal").stat().st_size
    assert journal <= 32 + 24 + 8192, "of the journal only the page that says it is done"
    assert CANARY.encode() not in _decrypted(store)
    assert store.integrity_check() == []


def test_words_of_rows_that_left_go_step_by_step_and_not_all_the_time(
    store: Store, sync_store: SyncStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_away() -> None:
        server = server_row(name=CANARY)
        store_page(sync_store, page([("owner:a", 1, server)]))
        store_page(sync_store, page(dropped=[("owner:a", str(server["id"]), "leave")]))

    def owed() -> bool:
        with store.read() as reader:
            return reader.meta(Meta.ROWS_LEFT) is not None

    give_away()
    sync_store.forget_words(lambda: True)
    assert owed(), "interrupted"
    with store.read() as reader:
        assert reader.count(ListQuery("lead")) == 0
        sync_store.forget_words(lambda: False)
        assert owed(), "somebody still reads the journal"
    sync_store.forget_words(lambda: False)
    assert not owed()
    give_away()
    sync_store.forget_words(lambda: False)
    assert owed(), "it was done a moment ago"
    later = now_ms() + 15 * 60 * 1000
    monkeypatch.setattr(sync_store_module, "now_ms", lambda: later)
    sync_store.forget_words(lambda: False)
    assert not owed()
    assert CANARY.encode() not in _decrypted(store)


def test_rows_that_leave_while_words_go_are_not_forgotten(store: Store, sync_store: SyncStore) -> None:
    first, second = server_row(name=CANARY), server_row(name=f"{CANARY} Second")
    store_page(sync_store, page([("owner:a", 1, first), ("owner:a", 1, second)]))
    store_page(sync_store, page(dropped=[("owner:a", str(first["id"]), "leave")]))
    leaving = iter([second])

    def meanwhile() -> bool:
        for row in leaving:
            store_page(sync_store, page(dropped=[("owner:a", str(row["id"]), "leave")]))
        return False

    assert purge.purge(store, meanwhile)
    with store.read() as reader:
        assert reader.meta(Meta.ROWS_LEFT) is not None
    assert purge.purge(store)
    assert CANARY.encode() not in _decrypted(store)


def test_an_interrupted_purge_is_taken_up_again(
    store: Store, sync_store: SyncStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = server_row(name=CANARY)
    store_page(sync_store, page([("owner:a", 1, server)]))
    calls: list[Any] = []
    monkeypatch.setattr(purge, "purge", calls.append)
    store_page(sync_store, page(dropped=[("owner:a", str(server["id"]), "erase")]))
    monkeypatch.undo()
    assert calls == [store]
    with store.read() as reader:
        assert reader.meta(Meta.PURGE_SEARCH)
    assert sync_store.erasures() == {server["id"]: ""}
    with store.read() as reader:
        assert reader.meta(Meta.PURGE_SEARCH) is None
    assert CANARY.encode() not in _decrypted(store)


def test_two_stores_with_one_content_share_no_page(tmp_path: Path) -> None:
    from nxcrm_desktop.store.engine import create_store

    digests: list[set[str]] = []
    for name in ("a.db", "b.db"):
        create_store(tmp_path / name, KEY).close()
        content = (tmp_path / name).read_bytes()
        digests.append({hashlib.sha256(content[at : at + 8192]).hexdigest() for at in range(0, len(content), 8192)})
    assert not digests[0] & digests[1]


def test_the_store_opens_with_the_key_alone(store: Store, tmp_path: Path) -> None:
    row_id = _with_canary(store)
    store.close()
    again = open_store(tmp_path / "store.db", KEY)
    with again.read() as reader:
        assert reader.require("lead", row_id)["notes"] == f"{CANARY} again"
    again.close()
