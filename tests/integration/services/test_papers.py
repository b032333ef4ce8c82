"""Papers: the bytes are encrypted, the versions counted, and a refused paper leaves no record."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nxcrm_desktop.documents.blob_vault import BlobVault
from nxcrm_desktop.documents.shelf import Shelf
from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.leads import LeadService
from nxcrm_desktop.services.paper_sync import PaperSyncService
from nxcrm_desktop.services.papers import PaperService
from nxcrm_desktop.store.engine import Store
from sync.client.paper_ports import Content, Moving, Watcher

PDF = b"%PDF-1.4 Registration certificate of Ravi Kumar"


class NoNetwork:
    """A transfer that never comes about."""

    def fetch(self, content: Content, watch: Watcher | None = None, cancel: Callable[[], bool] | None = None) -> None:
        raise NxcrmError("server_unreachable", "The server cannot be reached.")

    def moving(self) -> Mapping[str, Moving]:
        return {}


@pytest.fixture
def papers(store: Store, asha: Actor, tmp_path: Path) -> PaperService:
    shelf = Shelf(store, BlobVault(tmp_path / "blobs", os.urandom(32), max_bytes=1000))
    return PaperService(store, asha, shelf, PaperSyncService(shelf, NoNetwork()))


@pytest.fixture
def lead_id(store: Store, asha: Actor) -> str:
    return LeadService(store, asha).create({"name": "Ravi"})


def test_a_paper_and_its_versions(papers: PaperService, lead_id: str, tmp_path: Path) -> None:
    path = tmp_path / "rc book.pdf"
    path.write_bytes(PDF)
    document = papers.attach(path, lead_id=lead_id, category="rc", expires_on="2030-01-01")
    first = papers.version(document)
    assert (first["number"], first["media_type"], first["size_bytes"]) == (1, "application/pdf", len(PDF))
    assert first["file_name"] == "rc book.pdf"
    assert papers.add_version(document, path) == 1  # the same bytes
    path.write_bytes(PDF + b" new")
    assert papers.add_version(document, path) == 2
    assert papers.open_bytes(document) == PDF + b" new"
    assert papers.open_bytes(document, 1) == PDF
    papers.save_to(document, tmp_path / "copy.pdf", 1)
    assert (tmp_path / "copy.pdf").read_bytes() == PDF
    assert [row["number"] for row in papers.versions(document)] == [1, 2]
    assert [row.id for row in papers.of(lead_id=lead_id)] == [document]
    assert papers.get(document)["title"] == "rc book"
    assert papers.is_here(document)
    assert not [f for f in (tmp_path / "blobs").iterdir() if b"Registration" in f.read_bytes()]
    with pytest.raises(NxcrmError, match="not_found"):
        papers.version(document, 3)
    papers.delete([document])
    assert papers.of(lead_id=lead_id) == []


def test_a_refused_paper_leaves_no_record(store: Store, papers: PaperService, lead_id: str, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    large.write_bytes(b"x" * 1001)
    with pytest.raises(NxcrmError, match="file_too_large"):
        papers.attach(large, lead_id=lead_id)
    with pytest.raises(NxcrmError, match="file_missing"):
        papers.attach(tmp_path / "nowhere.pdf", lead_id=lead_id)
    with pytest.raises(NxcrmError, match="file_missing"):
        papers.attach(tmp_path, lead_id=lead_id)
    small = tmp_path / "small.txt"
    small.write_text("hello")
    with pytest.raises(NxcrmError, match="invalid_value"):
        papers.attach(small)
    with pytest.raises(NxcrmError, match="invalid_value"):
        papers.attach(small, lead_id=lead_id, category="love letter")
    with pytest.raises(NxcrmError, match="not_found"):
        papers.attach(small, lead_id="01890000-0000-7000-8000-000000000000")
    with store.read() as reader:
        assert reader.count(ListQuery("document", order="id")) == 0
        assert reader.count(ListQuery("document_version", order="id")) == 0


def test_hostile_file_names_are_made_safe(papers: PaperService, lead_id: str, tmp_path: Path) -> None:
    path = tmp_path / "CON.pdf"
    path.write_bytes(PDF)
    assert papers.version(papers.attach(path, lead_id=lead_id))["file_name"] != "CON.pdf"
