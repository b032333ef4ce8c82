"""Documents that were erased, deleted, refused or given to somebody else: what becomes of their bytes on a laptop."""

from __future__ import annotations

import os

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.paper_sync import PlaceState
from nxcrm_desktop.services.review import ReviewService
from sync.client.paper_ports import Content
from sync.server.services.writes import server_write
from tests.helpers.server import ServerHandle
from tests.helpers.tcp_proxy import TcpProxy
from tests.sync.blobs_device.conftest import MIB, Desk


def files(desk: Desk) -> int:
    return len(list(desk.blobs.iterdir()))


def versions(desk: Desk, document: str) -> list[str]:
    return [row.id for row in desk.papers.versions(document)]


def erase(server: ServerHandle, desk: Desk, document: str) -> None:
    """As the eraser does it: a document with its versions."""
    with server_write(server.context.engine, None) as write:
        for version in versions(desk, document):
            write.erase("document_version", version)
        write.erase("document", document)


def test_erased_bytes_are_gone_before_the_server_is_told_so(
    server: ServerHandle, rep: Desk, boss: Desk, proxy: TcpProxy
) -> None:
    document, kept = rep.attach(b"identity papers"), rep.attach(b"something else")
    rep.run()
    boss.run()
    boss.papers.open_bytes(document)
    boss.sync.keep("document", [document])
    begun = rep.attach(os.urandom(3 * MIB))
    rep.run()
    boss.run()
    proxy.replies.cut_after(MIB)
    with pytest.raises(NxcrmError):
        boss.papers.open_bytes(begun)
    assert files(boss) == 2, "one whole, one begun"
    erase(server, rep, document)
    erase(server, rep, begun)

    left: list[int] = []
    boss.laptop.just_before("ack", lambda: left.append(files(boss)))
    boss.engine.run()
    assert left == [0]
    rep.run()
    assert files(rep) == 1
    assert rep.papers.open_bytes(kept) == b"something else"


def test_erased_before_it_was_sent_it_is_never_sent(server: ServerHandle, rep: Desk) -> None:
    document = rep.attach(b"never to leave this laptop")
    rep.laptop.engine.run()  # rows alone
    erase(server, rep, document)
    assert rep.run().uploaded == 0
    assert files(rep) == 0


def test_a_lead_given_to_somebody_else_takes_its_documents_along(server: ServerHandle, rep: Desk, boss: Desk) -> None:
    lead = rep.laptop.add_lead("Given away")
    document = rep.attach(b"goes with the lead", lead=lead)
    rep.run()
    boss.run()
    with server_write(server.context.engine, None) as write:
        write.update("lead", lead, {"owner_id": boss.laptop.actor.user_id})
    rep.run()
    assert files(rep) == 0
    assert rep.papers.of(lead_id=lead) == []
    boss.run()
    assert boss.papers.open_bytes(document) == b"goes with the lead"


def test_given_away_before_it_was_sent_it_is_sent_first(server: ServerHandle, rep: Desk, boss: Desk) -> None:
    """Only this laptop has the bytes: they reach the server, and only then go."""
    lead = rep.laptop.add_lead("Given away")
    document = rep.attach(b"not sent yet", lead=lead)
    rep.laptop.engine.run()  # rows alone
    with server_write(server.context.engine, None) as write:
        write.update("lead", lead, {"owner_id": boss.laptop.actor.user_id})
    assert rep.run().uploaded == 1
    assert files(rep) == 0
    boss.run()
    assert boss.papers.open_bytes(document) == b"not sent yet"


def test_given_away_with_half_of_it_sent_it_is_finished(
    server: ServerHandle, rep: Desk, boss: Desk, proxy: TcpProxy
) -> None:
    lead, data = rep.laptop.add_lead("Given away"), os.urandom(3 * MIB)
    document = rep.attach(data, lead=lead)
    proxy.requests.cut_after(2 * MIB)
    assert rep.run().uploaded == 0
    proxy.calm()
    with server_write(server.context.engine, None) as write:
        write.update("lead", lead, {"owner_id": boss.laptop.actor.user_id})
    summary = rep.run()
    assert (summary.uploaded, summary.failure) == (1, None)
    assert summary.bytes_up < 2 * MIB, "it goes on where it was cut"
    assert files(rep) == 0
    boss.run()
    assert boss.papers.open_bytes(document) == data


def test_bytes_of_a_refused_document_stay_until_it_is_decided(server: ServerHandle, rep: Desk, boss: Desk) -> None:
    lead = rep.laptop.add_lead("Given away")
    rep.run()
    with server_write(server.context.engine, None) as write:
        write.update("lead", lead, {"owner_id": boss.laptop.actor.user_id})
    rep.attach(b"attached offline, after it was given away", lead=lead)
    summary = rep.engine.run()
    assert summary.rejected > 0
    assert (summary.papers.uploaded, summary.papers.failure) == (0, None)
    assert files(rep) == 1, "nothing a user attached vanishes in silence"
    rep.restart()
    rep.run()
    assert files(rep) == 1


def test_a_refused_document_that_the_manager_lets_in_is_sent_by_whoever_attached_it(
    server: ServerHandle, rep: Desk, boss: Desk
) -> None:
    lead = rep.laptop.add_lead("Given away")
    rep.run()
    with server_write(server.context.engine, None) as write:
        write.update("lead", lead, {"owner_id": boss.laptop.actor.user_id})
    document = rep.attach(b"attached offline, after it was given away", lead=lead)
    rep.run()
    boss.run()
    review = ReviewService(boss.laptop.store, boss.laptop.actor)
    refused = {one.entity: one.id for one in review.list()}
    for entity in ("document", "document_version"):
        review.apply(refused[entity])
    boss.run()
    assert rep.run().uploaded == 1, "at once: the decision came with this very run"
    assert files(rep) == 0, "what is no longer theirs does not stay"
    assert boss.papers.open_bytes(document) == b"attached offline, after it was given away"


def test_a_refusal_made_up_afterwards_gives_no_part_in_a_document(server: ServerHandle, rep: Desk, boss: Desk) -> None:
    """Who asks to make a version that is there already is refused; that does not make them its author."""
    document = boss.attach(b"for the manager alone")
    boss.run()
    known = boss.papers.versions(document)[0]
    mine = rep.attach(b"bait")
    rep.run()
    with rep.laptop.store.write(rep.laptop.actor) as work:
        values = {name: known[name] for name in ("file_name", "media_type", "size_bytes", "sha256")}
        work.create("document_version", {"document_id": mine, "number": 2, **values}, id=known.id)
    assert rep.engine.run().rejected == 1
    with pytest.raises(NxcrmError) as caught:
        rep.transfer.send(Content(known.text("sha256"), known.integer("size_bytes")), lambda *_: None, lambda: False)
    assert caught.value.code == "blob_unwanted"


def test_a_deleted_document_leaves_nothing(rep: Desk, boss: Desk) -> None:
    sent, unsent = rep.attach(b"sent"), rep.attach(b"unsent")
    rep.run()
    boss.run()
    boss.papers.open_bytes(sent)
    unsent = rep.attach(b"deleted before it was sent")
    rep.papers.delete([sent, unsent])
    rep.run()
    boss.run()
    assert files(boss) == 0
    assert files(rep) == 1, "only the one that was not deleted"


def test_the_same_bytes_in_two_documents_stay_for_the_other(rep: Desk, boss: Desk) -> None:
    one, other = rep.attach(b"the same"), rep.attach(b"the same")
    rep.run()
    boss.run()
    assert boss.papers.open_bytes(one) == b"the same"
    assert boss.papers.is_here(other)
    rep.papers.delete([one])
    rep.run()
    boss.run()
    assert boss.papers.open_bytes(other) == b"the same"
    assert rep.papers.open_bytes(other) == b"the same"


def test_nobody_gets_a_document_that_is_not_theirs(server: ServerHandle, rep: Desk, boss: Desk) -> None:
    """A version row that names the hash of somebody else's document opens nothing."""
    document = boss.attach(b"for the manager alone")
    boss.run()
    sha256 = boss.papers.version(document).text("sha256")
    mine = rep.attach(b"bait")
    with rep.laptop.store.write(rep.laptop.actor) as work:
        work.create("document_version", {
            "document_id": mine, "number": 2, "file_name": "x", "media_type": "text/plain", "size_bytes": 21,
            "sha256": sha256,
        })  # fmt: skip
    rep.run()
    with pytest.raises(NxcrmError) as caught:
        rep.papers.open_bytes(mine)
    assert caught.value.code == "document_not_sent"


def test_after_a_restore_of_the_server_everything_is_asked_for_again_before_it_may_go(rep: Desk) -> None:
    document = rep.attach(b"on the old server")
    rep.run()
    assert rep.place(document).on_server
    with rep.laptop.store.write(rep.laptop.actor) as work:
        work.set_meta("paper_epoch", "the epoch before")
    rep.shelf.tidy()
    assert rep.place(document).state is PlaceState.WAITING
    with pytest.raises(NxcrmError) as caught:
        rep.sync.free([document])
    assert caught.value.code == "document_unsent"
    summary = rep.run()
    assert (summary.uploaded, summary.bytes_up < 1000) == (1, True)
    assert rep.place(document).on_server
