"""Uploads that resume, two writers at one place, wrong bytes, quotas, and what is left of uploads nobody finishes."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from nxcrm_desktop.errors import NxcrmError
from sync.server.blobs.choice import sealed_pieces
from sync.server.config import BlobSettings
from sync.server.services import doctor
from sync.server.services.blob_collection import collect, sweep
from sync.server.services.blobs import Quota
from tests.sync.blobs_server.conftest import House, open_house

PAPER = bytes(range(256)) * 2
HASH = sha256(PAPER).hexdigest()
_HOUR, _DAY = 3_600_000, 86_400_000


def test_of_two_writers_at_one_offset_exactly_one_wins(house: House) -> None:
    asha = house.person("asha")
    house.paper(asha, PAPER)
    house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER))
    for offset in range(0, len(PAPER), 128):
        together = Barrier(2)

        def write(worker: int, offset: int = offset, together: Barrier = together) -> str:
            session = asha.session
            together.wait()
            try:
                house.blobs[worker].append(session, HASH, offset, PAPER[offset : offset + 128])
            except NxcrmError as error:
                assert error.details["offset"] == offset + 128
                return error.code
            return "won"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(write, (0, 1))) == ["won", "wrong_offset"]
    together = Barrier(2)

    def finish(worker: int) -> bool:
        session = asha.session
        together.wait()
        return house.blobs[worker].complete(session, HASH).complete

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(finish, (0, 1))) == [True, True]
    assert house.read(asha, HASH) == PAPER
    house.clock.now += 2 * _HOUR
    collect(house.context)
    assert len(house.stored) == len(PAPER) // 128  # what the losers stored is gone
    assert house.read(asha, HASH) == PAPER


def test_wrong_bytes_are_seen_by_nobody_and_discarded(house: House) -> None:
    asha = house.person("asha")
    house.paper(asha, PAPER)
    house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER))
    house.blobs[0].append(asha.session, HASH, 0, b"\x00" * len(PAPER))
    with pytest.raises(NxcrmError, match="hash_mismatch"):
        house.blobs[1].complete(asha.session, HASH)
    assert house.read(asha, HASH) is None
    assert house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER)).offset == 0
    collect(house.context)
    assert house.stored == []
    assert house.send(asha, PAPER, 200).complete


def test_pieces_fit_what_was_announced(house: House) -> None:
    asha = house.person("asha")
    house.paper(asha, PAPER)
    house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER))
    for data in (b"", PAPER + b"x"):
        with pytest.raises(NxcrmError, match="bad_request"):
            house.blobs[0].append(asha.session, HASH, 0, data)
    with pytest.raises(NxcrmError, match="wrong_offset"):
        house.blobs[0].append(asha.session, HASH, 1, PAPER[1:])
    with pytest.raises(NxcrmError, match="upload_incomplete") as caught:
        house.blobs[0].complete(asha.session, HASH)
    assert caught.value.details["offset"] == 0


def test_an_empty_document(house: House) -> None:
    asha = house.person("asha")
    house.paper(asha, b"")
    assert house.send(asha, b"").complete
    assert house.read(asha, sha256(b"").hexdigest()) == b""


def test_what_is_begun_and_not_finished_is_bounded(house: House) -> None:
    asha = house.person("asha")
    papers = [bytes([n]) * 100 for n in range(4)]
    digests = [sha256(one).hexdigest() for one in papers]
    for one in papers:
        house.paper(asha, one)
    for digest in digests[:3]:
        house.blobs[0].begin(asha.session, digest, asha.id, 100)
    with pytest.raises(NxcrmError, match="upload_quota"):
        house.blobs[0].begin(asha.session, digests[3], asha.id, 100)
    house.clock.now += 2 * _HOUR  # nobody went on with them: they make room
    house.blobs[0].begin(asha.session, digests[3], asha.id, 100)
    with pytest.raises(NxcrmError, match="blob_unwanted"):
        house.blobs[0].append(asha.session, digests[0], 0, papers[0])


def test_abandoned_uploads_go_and_those_under_way_stay(house: House) -> None:
    asha = house.person("asha")
    house.paper(asha, PAPER)
    house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER))
    house.blobs[0].append(asha.session, HASH, 0, PAPER[:100])
    house.clock.now += 6 * _DAY
    collect(house.context)
    assert house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER)).offset == 100
    house.clock.now += 2 * _DAY
    collect(house.context)
    assert house.stored == []
    assert house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER)).offset == 0


def test_bytes_outlive_the_deletion_of_their_document_for_a_while(house: House) -> None:
    asha = house.person("asha")
    document, _ = house.paper(asha, PAPER)
    house.send(asha, PAPER, 200)
    assert asha.send(asha.edit("delete", "document", document, 1)).status == "applied"
    assert house.read(asha, HASH) is None
    collect(house.context)
    house.clock.now += 29 * _DAY
    collect(house.context)
    assert len(house.stored) == 3
    house.clock.now += 2 * _DAY
    collect(house.context)
    assert house.stored == []


def test_lost_and_damaged_bytes_are_found_and_sent_again(house: House) -> None:
    asha = house.person("asha")
    house.paper(asha, PAPER)
    house.send(asha, PAPER, 200)
    assert _documents(house).ok
    store = sealed_pieces(house.context).store
    lost = house.stored[0]
    with store.open(lost, 0) as file:
        data = file.read(10_000)
    store.remove(lost)
    assert "1 missing" in _documents(house).detail
    assert not house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER)).complete
    store.put(lost, bytes([data[0] ^ 1]) + data[1:])
    assert "1 of 1 examined damaged" in _documents(house).detail
    store.remove(lost)
    assert house.send(asha, PAPER, 200).complete
    assert house.read(asha, HASH) == PAPER
    assert _documents(house).ok


def test_nothing_readable_lies_in_the_store_and_what_nobody_knows_is_swept(house: House) -> None:
    asha = house.person("asha")
    house.paper(asha, PAPER)
    house.send(asha, PAPER, 200)
    store = sealed_pieces(house.context).store
    for name in house.stored:
        with store.open(name, 0) as file:
            assert PAPER[:16] not in file.read(10_000)
    known = house.stored
    store.put("ab" * 32, b"of a database that is no more")
    assert sweep(house.context) == 1
    collect(house.context)
    assert house.stored == known


def _documents(house: House) -> doctor.Check:
    return next(check for check in doctor.examine(house.context) if check.name == "documents")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_however_two_writers_take_turns_the_content_is_right_or_absent(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Pieces of any size at any offset, of right or wrong bytes, by either worker, ended anywhere."""
    folder = tmp_path_factory.mktemp("turns")
    shutil.copy(sqlite_template, folder / "server.db")
    house = open_house(f"sqlite:///{folder / 'server.db'}", folder, BlobSettings(), Quota(3, 1000))
    asha = house.person("asha")
    house.paper(asha, PAPER)
    session, received, wrong = asha.session, 0, False
    house.blobs[0].begin(session, HASH, asha.id, len(PAPER))
    for _ in range(data.draw(st.integers(1, 8))):
        worker = house.blobs[data.draw(st.integers(0, 1))]
        offset = data.draw(st.sampled_from([received, 0, 64, 256]))
        size, false = data.draw(st.integers(1, 300)), data.draw(st.booleans()) and data.draw(st.booleans())
        piece = bytes(size) if false else PAPER[offset : offset + size]
        try:
            received = worker.append(session, HASH, offset, piece).offset
            wrong = wrong or piece != PAPER[offset : offset + len(piece)]
        except NxcrmError as error:
            assert error.code in ("wrong_offset", "bad_request")
        assert worker.begin(session, HASH, asha.id, len(PAPER)).offset == received
        assert house.read(asha, HASH) is None
    if received == len(PAPER) and wrong:
        with pytest.raises(NxcrmError, match="hash_mismatch"):
            house.blobs[0].complete(session, HASH)
        received = 0
    elif received < len(PAPER):
        with pytest.raises(NxcrmError, match="upload_incomplete"):
            house.blobs[0].complete(session, HASH)
    if not wrong or received == 0:
        assert house.send(asha, PAPER, 100).complete
        assert house.read(asha, HASH) == PAPER
    house.office.engine.dispose()
