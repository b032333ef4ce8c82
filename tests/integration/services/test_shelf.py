"""The room documents take: what goes, what never goes, and what is found after a crash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings, strategies as st

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.documents.shelf import DEFAULT_BUDGET, Shelf
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.store import papers
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.papers import PaperState
from sync.client.paper_ports import Content
from tests.helpers.devices import KEY
from tests.helpers.stores import fresh_store


@pytest.fixture
def shelf(store: Store, tmp_path: Path) -> Shelf:
    return Shelf(store, BlobVault(tmp_path / "blobs", KEY))


def put(shelf: Shelf, store: Store, data: bytes, *, at: int = 0, sent: bool = True) -> tuple[str, str]:
    """A document with these bytes, pulled from the server as it were; its id and hash."""
    document, version, sha256 = new_id(), new_id(), hashlib.sha256(data).hexdigest()
    with shelf.keeping() as vault, store.transaction() as (connection, _):
        vault.put(data)
        cursor = connection.connection.cursor()
        cursor.execute("INSERT INTO document (id, title) VALUES (?, 'Paper')", (document,))
        cursor.execute(
            "INSERT INTO document_version (id, document_id, number, sha256, size_bytes) VALUES (?, ?, 1, ?, ?)",
            (version, document, sha256, len(data)),
        )
        papers.attached(cursor, sha256, len(data), version, at)
        if sent:
            papers.sent(cursor, sha256)
    return document, sha256


def states(store: Store) -> dict[str, PaperState]:
    with store.read() as reader:
        return {one.sha256: one for one in papers.every(reader.cursor)}


Paper = tuple[int, bool, bool]  # size, on the server, kept


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 400), st.booleans(), st.booleans()), min_size=1, max_size=8),
    st.integers(1, 1500),
    st.randoms(use_true_random=False),
)
def test_only_what_the_server_has_and_nobody_keeps_goes_and_the_least_used_first(
    made: list[Paper], budget: int, chance: object
) -> None:
    with _empty() as (store, shelf):
        order = list(range(len(made)))
        chance.shuffle(order)  # type: ignore[attr-defined]
        contents = {}
        for number, (size, sent, kept) in enumerate(made):
            data = number.to_bytes(2, "big") + bytes(size)
            document, sha256 = put(shelf, store, data, at=order[number], sent=sent)
            if kept:
                shelf.keep("document", [document], keep=True)
            contents[sha256] = (len(data), sent and not kept, order[number])
        shelf.set_budget(budget)

        here = {sha256 for sha256 in contents if shelf.has(sha256)}
        assert here == {sha256 for sha256, state in states(store).items() if state.here}
        gone = contents.keys() - here
        may_go = {sha256 for sha256, (_, free, _) in contents.items() if free}
        assert gone <= may_go, "never what only this laptop has, never what is kept"
        used = sum(contents[sha256][0] for sha256 in here)
        assert shelf.space().used == used
        assert used <= budget or gone == may_go, "it keeps within its room as far as it may"
        oldest_left = min((contents[one][2] for one in may_go - gone), default=len(made))
        assert all(contents[one][2] < oldest_left for one in gone), "the least used first"
        if gone:
            last = max(gone, key=lambda one: contents[one][2])
            assert used + contents[last][0] > budget, "and no more than must"


@contextmanager
def _empty() -> Iterator[tuple[Store, Shelf]]:
    with TemporaryDirectory() as folder:
        store = fresh_store(Path(folder))
        try:
            yield store, Shelf(store, BlobVault(Path(folder) / "blobs", KEY))
        finally:
            store.close()


def test_opening_a_document_saves_it_from_going(shelf: Shelf, store: Store) -> None:
    _, first = put(shelf, store, b"1" * 100, at=1)
    _, second = put(shelf, store, b"2" * 100, at=2)
    shelf.opened(first)
    shelf.set_budget(150)
    assert (shelf.has(first), shelf.has(second)) == (True, False)


def test_without_a_choice_there_is_room(shelf: Shelf) -> None:
    assert shelf.budget == DEFAULT_BUDGET
    assert shelf.space().used == 0


def test_what_a_crash_parted_is_brought_together(shelf: Shelf, store: Store) -> None:
    _, lost = put(shelf, store, b"its file is gone")
    _, found = put(shelf, store, b"its file is here, though it was given up")
    with shelf.keeping() as vault:
        vault.delete(lost)
        stranger = vault.put(b"stored, and killed before its record was").sha256
    with store.transaction() as (connection, _):
        papers.set_here(connection.connection.cursor(), [found], here=False)
    shelf.tidy()
    known = states(store)
    assert (known[lost].here, known[found].here) == (False, True)
    assert not shelf.has(stranger)


def test_the_file_of_a_row_that_is_gone_goes_with_the_next_run(shelf: Shelf, store: Store) -> None:
    shelf.tidy()
    document, sha256 = put(shelf, store, b"left this laptop")
    shelf.keep("document", [document], keep=True)
    shelf.tidy()
    assert shelf.has(sha256)
    _delete(store, document)
    shelf.tidy()
    assert not shelf.has(sha256)
    assert states(store) == {}
    assert not shelf.is_kept("document", document)


def test_a_document_that_left_while_it_was_fetched_is_not_kept(shelf: Shelf, store: Store) -> None:
    document, sha256 = put(shelf, store, b"on its way")
    shelf.free(sha256)
    content = Content(sha256, 10)
    with shelf.arriving(content).appending() as target:
        target.write(b"on its way")
    _delete(store, document)
    shelf.arrived(content)
    assert not shelf.has(sha256)


def test_failures_wait_longer_each_time_and_are_forgiven(shelf: Shelf, store: Store) -> None:
    _, sha256 = put(shelf, store, b"unsent", sent=False)
    assert [one.tries for one in shelf.to_send(0)] == [0]
    shelf.failed(sha256, "blob_unwanted", 1000)
    assert shelf.to_send(999) == []
    assert [one.tries for one in shelf.to_send(1000)] == [1]
    shelf.failed(sha256, "blob_too_large", None)
    assert shelf.to_send(10**15) == []
    shelf.forgive(sha256)
    assert [one.tries for one in shelf.to_send(0)] == [0]


def test_bytes_that_were_refused_stay_while_somebody_is_to_decide(shelf: Shelf, store: Store) -> None:
    document, sha256 = put(shelf, store, b"refused long ago", sent=False)
    version = states(store)[sha256].version_id
    _delete(store, document)
    with store.transaction() as (connection, _):
        connection.connection.cursor().execute(
            "INSERT INTO quarantine (id, entity, row_id, status) VALUES (?, 'document_version', ?, 'returned')",
            (new_id(), version),
        )
    shelf.failed(sha256, "blob_unwanted", 1)
    assert shelf.has(sha256)
    with store.transaction() as (connection, _):
        connection.connection.cursor().execute("UPDATE quarantine SET status = 'dismissed'")
    shelf.failed(sha256, "blob_unwanted", 1)
    assert not shelf.has(sha256)


def _delete(store: Store, document: str) -> None:
    """As a pull does it."""
    from nxcrm_desktop.store.rows import Rows

    with store.transaction() as (connection, done):
        rows = Rows(connection.connection.cursor())
        rows.delete("document", document)
        done(rows.finish("sync"))
