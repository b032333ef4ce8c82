"""Documents go up after their rows, come down when they are wanted, and go on from where they stopped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nxcrm_desktop.documents.incoming import RECORD
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.services.paper_sync import PlaceState
from tests.helpers.server import ServerHandle
from tests.helpers.tcp_proxy import TcpProxy
from tests.sync.blobs_device.conftest import KIB, MIB, Desk


def code_of(desk: Desk, document: str) -> str:
    with pytest.raises(NxcrmError) as caught:
        desk.papers.open_bytes(document)
    return caught.value.code


@pytest.mark.parametrize("size", [0, 1, RECORD, 3 * RECORD, 5 * MIB + 7])
def test_what_one_attaches_the_other_opens(rep: Desk, boss: Desk, size: int) -> None:
    data = os.urandom(size)
    document = rep.attach(data)
    assert rep.place(document).state is PlaceState.WAITING
    summary = rep.run()
    assert (summary.uploaded, summary.waiting, summary.failure) == (1, 0, None)
    assert summary.bytes_up >= size
    assert rep.place(document).state is PlaceState.HERE

    assert boss.run().downloaded == 0, "nobody asked for it"
    assert boss.place(document).state is PlaceState.SERVER
    assert boss.papers.open_bytes(document) == data
    assert boss.place(document).state is PlaceState.HERE
    assert rep.run() == boss.run(), "there is nothing left to do"


def test_rows_go_first_and_documents_of_rows_that_wait_do_not(rep: Desk) -> None:
    document = rep.attach(b"x" * 1000)
    version = rep.papers.version(document)["sha256"]
    assert [one.sha256 for one in rep.shelf.to_send(0)] == [], "the server does not know of it yet"
    rep.laptop.engine.run()  # rows alone
    assert [one.sha256 for one in rep.shelf.to_send(0)] == [version]


def test_upload_cut_in_the_middle_goes_on_from_there(rep: Desk, boss: Desk, proxy: TcpProxy) -> None:
    data = os.urandom(6 * MIB)
    document = rep.attach(data)
    rep.laptop.engine.run()
    proxy.requests.cut_after(3 * MIB)
    summary = rep.run()
    assert summary.failure is not None
    assert (summary.failure.code, summary.uploaded, summary.waiting) == ("server_unreachable", 0, 1)
    assert rep.place(document).state is PlaceState.WAITING, "told as waiting, not as failed"
    assert 0 < rep.run().bytes_up < 5 * MIB, "what the server has is not sent again"
    boss.run()
    assert boss.papers.open_bytes(document) == data


def test_reply_to_a_piece_is_lost(rep: Desk, boss: Desk, proxy: TcpProxy) -> None:
    data = os.urandom(2 * MIB)
    document = rep.attach(data)
    rep.laptop.engine.run()
    real = rep.api.patch

    def lost(path: str, piece: bytes, reply: type[object]) -> object:
        rep.api.patch = real  # type: ignore[method-assign]
        real(path, piece, reply)
        raise NxcrmError("server_unreachable", "The reply was lost.")

    rep.api.patch = lost  # type: ignore[method-assign,assignment]
    failure = rep.run().failure
    assert failure is not None
    assert rep.run().uploaded == 1
    boss.run()
    assert boss.papers.open_bytes(document) == data


def test_a_rival_moved_the_offset(rep: Desk) -> None:
    """409: two programs of one user send the same content; each goes on from where the server stands."""
    document = rep.attach(os.urandom(2 * MIB))
    rep.laptop.engine.run()
    real = rep.api.patch
    pieces: list[str] = []

    def twice(path: str, piece: bytes, reply: type[object]) -> object:
        if not pieces:
            real(path, piece, reply)
        pieces.append(path)
        return real(path, piece, reply)

    rep.api.patch = twice  # type: ignore[method-assign,assignment]
    assert rep.run().uploaded == 1
    assert rep.place(document).state is PlaceState.HERE
    assert len(pieces) == len(set(pieces)), "no offset was asked for twice"


def test_download_cut_in_the_middle_goes_on_from_there(rep: Desk, boss: Desk, proxy: TcpProxy) -> None:
    data = os.urandom(4 * MIB)
    document = rep.attach(data)
    rep.run()
    boss.run()
    proxy.replies.rate = 8 * MIB  # no faster than it is written down: a cut takes along what is still on its way
    proxy.replies.cut_after(3 * MIB)
    assert code_of(boss, document) == "document_offline"
    proxy.calm()
    assert boss.place(document).state is PlaceState.SERVER
    boss.restart()
    before = boss.api.bytes_down
    assert boss.papers.open_bytes(document) == data
    assert boss.api.bytes_down - before < 4 * MIB - 200 * KIB


def test_offline_the_error_says_where_it_is_and_what_helps(rep: Desk, boss: Desk, proxy: TcpProxy) -> None:
    document = rep.attach(b"registration certificate")
    rep.run()
    boss.run()
    proxy.refuse()
    assert code_of(boss, document) == "document_offline"
    assert rep.papers.open_bytes(document) == b"registration certificate", "what is here needs no network"


def test_stopped_by_the_user_and_gone_on_with(rep: Desk, boss: Desk) -> None:
    data = os.urandom(3 * MIB)
    document = rep.attach(data)
    rep.run()
    boss.run()
    seen: list[int] = []
    watch = Watch(lambda done, _of: seen.append(done), lambda: len(seen) > 10)
    with pytest.raises(NxcrmError, match="stopped"):
        boss.papers.open_bytes(document, watch=watch)
    assert 0 < seen[-1] < len(data)
    boss.restart()
    boss.papers.open_bytes(document, watch=Watch(lambda done, _of: seen.append(done)))
    assert seen[-1] == len(data)
    assert boss.papers.open_bytes(document) == data


def test_a_document_that_was_not_sent_yet(rep: Desk, boss: Desk) -> None:
    document = rep.attach(b"still on the rep's laptop")
    rep.laptop.engine.run()  # rows alone
    boss.run()
    assert code_of(boss, document) == "document_not_sent"
    place = boss.place(document)
    assert (place.state, place.failure) == (PlaceState.FAILED, "not_found")
    rep.run()
    assert boss.papers.open_bytes(document) == b"still on the rep's laptop"
    assert boss.place(document).failure is None


def test_kept_documents_come_by_themselves_also_those_added_later(rep: Desk, boss: Desk) -> None:
    lead = rep.laptop.add_lead("Kept")
    first = rep.attach(b"first", lead=lead)
    rep.run()
    boss.run()
    boss.sync.keep("lead", [lead])
    assert boss.run().downloaded == 1
    second = rep.attach(b"second", lead=lead)
    rep.run()
    boss.run()
    assert [boss.place(one).state for one in (first, second)] == [PlaceState.HERE] * 2
    assert boss.place(second).kept
    boss.sync.keep("lead", [lead], keep=False)
    assert not boss.place(second).kept


def test_a_new_version_of_a_kept_document_comes_too(rep: Desk, boss: Desk, tmp_path: Path) -> None:
    document = rep.attach(b"one")
    rep.run()
    boss.run()
    boss.sync.keep("document", [document])
    boss.run()
    (tmp_path / "two").write_bytes(b"two")
    assert rep.papers.add_version(document, tmp_path / "two") == 2
    rep.run()
    boss.run()
    assert boss.papers.is_here(document)
    assert boss.papers.open_bytes(document) == b"two"
    assert boss.papers.open_bytes(document, 1) == b"one"


def test_waiting_edits_stop_a_long_upload_after_a_piece(rep: Desk) -> None:
    rep.attach(os.urandom(8 * MIB))
    rep.laptop.engine.run()
    real = rep.api.patch

    def typed(path: str, piece: bytes, reply: type[object]) -> object:
        if rep.laptop.waiting() == 0:
            rep.laptop.add_lead("Typed meanwhile")
        return real(path, piece, reply)

    rep.api.patch = typed  # type: ignore[method-assign,assignment]
    summary = rep.engine.run()
    assert not summary.complete
    assert (summary.papers.uploaded, summary.papers.waiting, summary.papers.failure) == (0, 1, None)
    assert summary.papers.bytes_up < 2 * MIB
    rep.api.patch = real  # type: ignore[method-assign]
    summary = rep.engine.run()
    assert (summary.pushed, summary.papers.uploaded) == (1, 1)


def test_someone_who_opens_a_document_goes_before_what_is_kept(rep: Desk, boss: Desk) -> None:
    lead = rep.laptop.add_lead("Kept")
    for _ in range(3):
        rep.attach(os.urandom(MIB), lead=lead)
    wanted = rep.attach(b"wanted now")
    rep.run()
    boss.run()
    boss.sync.keep("lead", [lead])
    real = boss.api.get_range
    opened: list[str] = []

    def asked(path: str, offset: int, target: object, **more: object) -> int:
        if not opened:  # while the first of the kept ones comes, somebody opens another
            boss.transfer._ask(1)
            opened.append(path)
        return real(path, offset, target, **more)  # type: ignore[arg-type]

    boss.api.get_range = asked  # type: ignore[method-assign]
    summary = boss.run()
    assert (summary.downloaded, summary.waiting) == (0, 3)
    boss.transfer._ask(-1)
    assert boss.papers.open_bytes(wanted) == b"wanted now"
    assert boss.run().downloaded == 3


def test_damaged_here_it_is_fetched_again(rep: Desk) -> None:
    document = rep.attach(b"precious" * 1000)
    rep.run()
    (file,) = rep.blobs.iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert rep.papers.open_bytes(document) == b"precious" * 1000
    unsent = rep.attach(b"only here" * 1000)
    (file,) = set(rep.blobs.iterdir()) - {file}
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert code_of(rep, unsent) == "document_damaged", "the server has no copy: it is not thrown away"
    assert file.exists()
    rep.laptop.engine.run()
    rep.run()
    place = rep.place(unsent)
    assert (place.state, place.failure) == (PlaceState.WAITING, "document_damaged")


def test_a_server_that_answers_with_other_bytes_shows_nothing(rep: Desk, boss: Desk) -> None:
    document = rep.attach(b"the true bytes")
    rep.run()
    boss.run()
    real = boss.api.get_range

    def lying(_path: str, _offset: int, target: object, **_more: object) -> int:
        return target.write(b"some other one")  # type: ignore[attr-defined,no-any-return]

    boss.api.get_range = lying  # type: ignore[method-assign,assignment]
    for _ in range(3):
        assert code_of(boss, document) == "hash_mismatch"
        assert list(boss.blobs.iterdir()) == []
    boss.sync.keep("document", [document])
    boss.api.get_range = real  # type: ignore[method-assign]
    assert boss.run().downloaded == 0, "it failed too often to be tried without being asked"
    assert boss.place(document).state is PlaceState.FAILED
    boss.sync.retry([document])
    assert boss.run().downloaded == 1


def test_nothing_of_a_document_is_readable_on_the_disk(rep: Desk, boss: Desk, proxy: TcpProxy) -> None:
    secret = b"Zarathustra Unmistakable ABCDE1234F "
    document = rep.attach(secret * (3 * MIB // len(secret)))
    rep.run()
    boss.run()
    proxy.replies.hold(2 * MIB)
    assert code_of(boss, document) == "document_offline"
    proxy.calm()
    files = [*boss.blobs.iterdir(), *rep.blobs.iterdir()]
    assert max(path.stat().st_size for path in boss.blobs.iterdir()) > 500 * KIB, "there is a beginning of it"
    assert all(secret not in path.read_bytes() for path in files)


def test_slow_network_small_pieces_and_flat_memory(rep: Desk, server: ServerHandle) -> None:
    """Pieces shrink where a piece takes long, so that edits never wait long."""
    pieces: list[int] = []
    real = rep.api.patch
    clock = iter(range(0, 10_000, 3))  # each look at the clock is three seconds later

    def noted(path: str, piece: bytes, reply: type[object]) -> object:
        pieces.append(len(piece))
        return real(path, piece, reply)

    rep.attach(os.urandom(MIB))
    rep.laptop.engine.run()
    rep.api.patch = noted  # type: ignore[method-assign,assignment]
    rep.transfer._clock = _Slow(clock)
    assert rep.run().uploaded == 1
    assert pieces[0] == 256 * KIB
    assert set(pieces[2:]) == {64 * KIB}


class _Slow:
    def __init__(self, ticks: object) -> None:
        self._ticks = ticks

    def now_ms(self) -> int:
        return 0

    def monotonic(self) -> float:
        return float(next(self._ticks))  # type: ignore[call-overload]
