"""What somebody who knows the hash of a document, and has no right to it, tries at the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast

import pytest

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.server.blobs.choice import sealed_pieces
from sync.server.blobs.ports import BlobStore
from sync.server.blobs.sealing import SealedPieces
from sync.server.services.blobs import Blobs
from tests.sync.blobs_server.conftest import House

PAPER = b"PAN card of Ravi Kumar, asked for by somebody else"
HASH = sha256(PAPER).hexdigest()


@dataclass
class Watched:
    """The real store, and which pieces it was asked for: each question takes time that can be measured from afar."""

    store: BlobStore
    asked: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        self.asked.append(name)
        return self.store.has(name)

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)


def watched(house: House) -> tuple[Blobs, Watched]:
    """A worker whose questions to the store are heard."""
    store = Watched(sealed_pieces(house.context).store)
    pieces = SealedPieces(cast(BlobStore, store), house.context.keys.derive("blobs"))
    return Blobs(house.context, pieces, smallest=1), store


def test_that_a_document_is_here_is_not_even_told_by_the_time_it_takes(house: House) -> None:
    meera = house.person("meera", Role.MANAGER)
    asha, thief = house.person("asha", manager="meera"), house.person("ravi", manager="meera")
    house.paper(asha, PAPER)
    house.send(asha, PAPER)
    house.paper(thief, HASH)
    blobs, store = watched(house)
    state = blobs.begin(thief.session, HASH, thief.id, len(PAPER))
    assert (state.offset, state.complete) == (0, False)
    with pytest.raises(NxcrmError, match="upload_incomplete"):
        blobs.complete(thief.session, HASH)
    stranger = house.person("leela")  # who has no document of that hash at all
    with pytest.raises(NxcrmError, match="blob_unwanted"):
        blobs.begin(stranger.session, HASH, stranger.id, len(PAPER))
    assert store.asked == []
    house.paper(meera, HASH)  # who may read it is told, after a look whether every piece is there
    assert blobs.begin(meera.session, HASH, meera.id, len(PAPER)).complete
    assert store.asked


def test_an_upload_is_its_users_own(house: House) -> None:
    asha, thief = house.person("asha"), house.person("ravi")
    house.paper(asha, PAPER)
    house.paper(thief, HASH)
    blobs = house.blobs[0]
    blobs.begin(asha.session, HASH, asha.id, len(PAPER))
    blobs.append(asha.session, HASH, 0, PAPER[:4])
    with pytest.raises(NxcrmError, match="blob_unwanted"):
        blobs.append(thief.session, HASH, 4, PAPER[4:])
    assert blobs.begin(thief.session, HASH, thief.id, len(PAPER)).offset == 0
    blobs.append(thief.session, HASH, 0, bytes(len(PAPER)))
    with pytest.raises(NxcrmError, match="hash_mismatch"):
        blobs.complete(thief.session, HASH)
    assert blobs.begin(asha.session, HASH, asha.id, len(PAPER)).offset == 4
    blobs.append(asha.session, HASH, 4, PAPER[4:])
    assert blobs.complete(asha.session, HASH).complete
    assert house.read(thief, HASH) is None
    assert house.read(asha, HASH) == PAPER


def test_a_proof_is_of_one_hash_and_one_version(house: House) -> None:
    asha, thief = house.person("asha"), house.person("ravi")
    house.paper(asha, PAPER)
    house.send(asha, PAPER)
    own = b"something of my own"
    _, version = house.paper(thief, own)
    house.send(thief, own)
    told = thief.send(thief.update("document_version", version, sha256=(sha256(own).hexdigest(), HASH)))
    assert told.status == "rejected"
    assert house.read(thief, HASH) is None
    assert house.read(thief, sha256(own).hexdigest()) == own


def test_a_version_in_anothers_document_is_not_taken(house: House) -> None:
    asha, thief = house.person("asha"), house.person("ravi")
    document, _ = house.paper(asha, PAPER)
    fields: dict[str, Any] = {"number": 2, "file_name": "p.pdf", "media_type": "application/pdf", "size_bytes": 9}
    made = thief.create("document_version", document_id=document, sha256=HASH, **fields)
    assert thief.send(made).status == "rejected"
    with pytest.raises(NxcrmError, match="blob_unwanted"):
        house.blobs[0].begin(thief.session, HASH, thief.id, len(PAPER))


def test_a_hash_is_asked_for_alike_whether_it_is_here_or_not(house: House) -> None:
    asha, thief = house.person("asha"), house.person("ravi")
    house.paper(asha, PAPER)
    house.send(asha, PAPER)
    house.paper(thief, HASH)
    told = []
    for digest in (HASH, sha256(b"never seen").hexdigest()):
        with pytest.raises(NxcrmError) as refused:
            house.blobs[0].find(thief.session, digest)
        told.append((refused.value.code, refused.value.happened, refused.value.details))
    assert told[0] == told[1]
