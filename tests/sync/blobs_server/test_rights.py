"""Who is given the bytes of a document: those who may see a version whose maker has proved to hold them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.server.services.blob_collection import collect
from tests.sync.blobs_server.conftest import House

PAPER = b"PAN card of Ravi Kumar"
HASH = sha256(PAPER).hexdigest()


def test_a_hash_in_a_row_opens_nothing(house: House) -> None:
    meera = house.person("meera", Role.MANAGER)
    asha, thief = house.person("asha", manager="meera"), house.person("ravi", manager="meera")
    house.paper(asha, PAPER)
    house.send(asha, PAPER)
    house.paper(thief, HASH)  # who knows the hash files a document of their own under it
    assert house.read(thief, HASH) is None
    state = house.blobs[0].begin(thief.session, HASH, thief.id, len(PAPER))
    assert (state.offset, state.complete) == (0, False)
    with pytest.raises(NxcrmError, match="upload_incomplete"):
        house.blobs[0].complete(thief.session, HASH)
    house.paper(meera, HASH)  # she may read it: filing it again needs no bytes, and opens it to nobody else
    assert house.blobs[0].begin(meera.session, HASH, meera.id, len(PAPER)).complete
    assert house.read(meera, HASH) == house.read(asha, HASH) == PAPER
    assert house.read(thief, HASH) is None
    assert house.send(thief, PAPER).complete  # who has the bytes has them
    assert house.read(thief, HASH) == PAPER


def test_a_row_comes_before_its_bytes(house: House) -> None:
    asha = house.person("asha")
    with pytest.raises(NxcrmError, match="blob_unwanted"):
        house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER))
    house.paper(asha, PAPER)
    assert house.read(asha, HASH) is None
    house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER))
    house.blobs[0].append(asha.session, HASH, 0, PAPER)
    assert house.read(asha, HASH) is None  # whole, and not yet checked
    assert house.blobs[0].complete(asha.session, HASH).complete
    assert house.read(asha, HASH) == PAPER
    assert house.read(asha, HASH, 4, 8) == PAPER[4:8]


def test_an_upload_finished_after_access_was_lost_is_for_those_who_have_it(house: House) -> None:
    house.person("meera", Role.MANAGER)
    asha, ravi = house.person("asha", manager="meera"), house.person("ravi", manager="meera")
    lead = asha.make("lead", name="Ravi", stage="new")
    house.paper(asha, PAPER, lead)
    house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER))
    house.office.change("lead", lead, owner_id=ravi.user_id)
    assert house.send(asha, PAPER).complete
    assert house.read(asha, HASH) is None
    assert house.read(ravi, HASH) == PAPER
    assert house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER)).complete  # told again to whom it was told
    house.paper(asha, HASH)  # what was lost is not got back by naming it
    assert not house.blobs[0].begin(asha.session, HASH, asha.id, len(PAPER)).complete
    assert house.read(asha, HASH) is None


@pytest.mark.parametrize("what", ["document", "document_version"])
def test_erased_is_not_served_and_its_bytes_go(house: House, what: str) -> None:
    asha = house.person("asha")
    document, version = house.paper(asha, PAPER)
    house.send(asha, PAPER)
    assert house.stored
    house.office.erase(what, document if what == "document" else version)
    assert house.read(asha, HASH) is None
    collect(house.context)
    assert house.stored == []


def test_a_hash_that_somebody_names_keeps_no_erased_bytes(house: House) -> None:
    asha, thief = house.person("asha"), house.person("ravi")
    document, version = house.paper(asha, PAPER)
    house.send(asha, PAPER)
    house.paper(thief, HASH)
    house.office.erase("document_version", version)
    house.office.erase("document", document)
    collect(house.context)
    assert house.stored == []


def test_who_may_not_file_documents_sends_none(house: House) -> None:
    asha, farah = house.person("asha"), house.person("farah", Role.FINANCE)
    house.paper(asha, PAPER)
    calls: list[Callable[[], object]] = [
        lambda: house.blobs[0].begin(farah.session, HASH, farah.id, 3),
        lambda: house.blobs[0].append(farah.session, HASH, 0, b"abc"),
        lambda: house.blobs[0].complete(farah.session, HASH),
        lambda: house.blobs[0].begin(asha.session, HASH, farah.id, 3),
    ]
    for call in calls:
        with pytest.raises(NxcrmError, match="forbidden"):
            call()
