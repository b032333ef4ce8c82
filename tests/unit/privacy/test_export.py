"""The subject export: everything about one person, nothing about another, and no change to it goes unnoticed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings, strategies as st
from pypdf import PdfReader

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.privacy.collect import STAFF, collect
from nxcrm_desktop.privacy.package import NoPapers, Options, PackageSummary, build_package
from nxcrm_desktop.privacy.subjects import Subject, find_subjects, subject_of
from nxcrm_desktop.privacy.verify import verify_package
from nxcrm_desktop.reports.watch import Watch
from tests.helpers.world import World, small_world

OPTIONS = Options("access request", "subject", "Priya Nair", "server", complete=True)
SHARED_PHONE = "+919876543210"


class Key:
    """A real Ed25519 key behind the port."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public(self) -> str:
        return self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        return self._key.sign(message).hex()


@dataclass
class People:
    """A customer with two leads, a deal, papers and a conflict; and another person on the same phone."""

    world: World
    customer: str
    lead: str
    stranger: str


@pytest.fixture
def people() -> Iterator[People]:
    with small_world() as world:
        yield _people(world)


def _people(world: World) -> People:
    rep = world.add("user", username="asha", full_name="Asha Verma", role="sales", active=1)
    contact = world.add("contact", full_name="रवि कुमार", phone=SHARED_PHONE, owner_id=rep, city="Pune")
    car = world.add("vehicle", model="Swift", registration_number="MH12AB1234", cost_paise=40_000_000)
    lead = world.add("lead", name="Ravi Kumar", phone=SHARED_PHONE, stage="new", contact_id=contact, owner_id=rep)
    world.add("lead", name="Ravi Kumar", stage="lost", contact_id=contact, notes="=HYPERLINK(1)", owner_id=rep)
    deal = world.add(
        "transaction", kind="sale", stage="booked", lead_id=lead, contact_id=contact, vehicle_id=car,
        agreed_paise=45_000_000,
    )  # fmt: skip
    world.add(
        "payment_entry", transaction_id=deal, direction="in", mode="upi", amount_paise=500_000, paid_on="2026-11-01"
    )
    paper = world.add("document", title="RC", category="rc", transaction_id=deal)
    world.add(
        "document_version", document_id=paper, number=1, file_name="../../rc.pdf", media_type="application/pdf",
        size_bytes=3, sha256="a" * 64,
    )  # fmt: skip
    world.add("communication", kind="note", lead_id=lead, happened_at=1, body="<img src=/etc/passwd> called back")
    world.add("conflict", entity="lead", row_id=lead, field="city", mine='"Pune"', theirs='"Thane"', status="open")
    stranger = world.add("lead", name="Ravi Kumaran", phone=SHARED_PHONE, stage="new", owner_id=rep)
    world.add("communication", kind="note", lead_id=stranger, happened_at=2, body="somebody else's business")
    return People(world, contact, lead, stranger)


def _export(people: People, path: Path) -> PackageSummary:
    subject = Subject("contact", people.customer)
    return build_package(people.world.connection, people.world.metadata, subject, OPTIONS, Key(), NoPapers(), path)


@pytest.mark.parametrize("text", ["98765 43210", "+91-98765-43210", "ravi kumar", "KUMAR", "रवि"])
def test_a_person_is_found_by_phone_and_by_name_across_scripts(people: People, text: str) -> None:
    hits = find_subjects(people.world.connection, people.world.metadata, text)
    assert people.customer in [hit.id for hit in hits]
    assert all(hit.label for hit in hits)


def test_nobody_is_found_for_a_name_nobody_has(people: People) -> None:
    assert find_subjects(people.world.connection, people.world.metadata, "Ravindra 99999") == []
    with pytest.raises(NxcrmError, match="nothing_to_search"):
        find_subjects(people.world.connection, people.world.metadata, "  ")


@pytest.mark.parametrize("start", ["customer", "lead"])
def test_everything_about_the_person_is_collected_from_either_side(people: People, start: str) -> None:
    subject = subject_of(people.world.connection, people.world.metadata, getattr(people, start))
    found = collect(people.world.connection, people.world.metadata, subject)
    counts = {name: len(rows) for name, rows in found.rows.items()}
    assert counts == {
        "contact": 1, "vehicle": 1, "lead": 2, "transaction": 1, "payment_entry": 1, "communication": 1,
        "document": 1, "document_version": 1, "conflict": 1,
    }  # fmt: skip
    assert people.stranger not in {row["id"] for row in found.rows["lead"]}


def test_the_other_person_on_the_phone_is_another_person(people: People) -> None:
    found = collect(people.world.connection, people.world.metadata, Subject("lead", people.stranger))
    assert {name: len(rows) for name, rows in found.rows.items()} == {"lead": 1, "communication": 1}


def test_staff_and_business_secrets_are_masked_with_a_reason(people: People) -> None:
    found = collect(people.world.connection, people.world.metadata, Subject("contact", people.customer))
    assert found.rows["contact"][0]["owner_id"] == STAFF
    assert found.rows["vehicle"][0]["cost_paise"] is None
    withheld = {(one.entity, one.field) for one in found.withheld}
    assert {("contact", "owner_id"), ("vehicle", "cost_paise")} <= withheld
    assert all(one.reason.endswith(".") for one in found.withheld)


def test_the_package_holds_every_column_of_every_row(people: People, tmp_path: Path) -> None:
    summary = _export(people, tmp_path / "ravi.zip")
    with zipfile.ZipFile(summary.file) as package:
        for name, count in summary.counts.items():
            rows = json.loads(package.read(f"data/{name}.json"))
            schema = json.loads(package.read(f"schema/{name}.schema.json"))
            assert len(rows) == count
            for row in rows:
                assert set(row) == set(ENTITIES[name].columns) == set(schema["items"]["properties"])
        html = package.read("report.html").decode()
        table = package.read("data/lead.csv").decode("utf-8-sig")
        assert all(".." not in one and not one.startswith("/") for one in package.namelist())
    assert "&lt;img src=/etc/passwd&gt;" in html
    assert "<img" not in html
    assert "'=HYPERLINK(1)" in table
    assert summary.missing_documents == 1
    assert not summary.complete


def test_the_printed_report_can_be_read(people: People, tmp_path: Path) -> None:
    summary = _export(people, tmp_path / "ravi.zip")
    with zipfile.ZipFile(summary.file) as package:
        pages = PdfReader(io.BytesIO(package.read("report.pdf"))).pages
    printed = "".join(page.extract_text() for page in pages)
    assert "What we hold about" in printed
    assert "₹4,50,000" in printed
    assert "Not shown" in printed
    assert "If you ask us to delete" in printed
    assert "one laptop" not in printed
    assert "One paper is listed below but not enclosed" in " ".join(printed.split())
    assert "Negotiation" not in printed
    for raw in ("lead_id", "null", people.lead, '"Pune"'):
        assert raw not in printed


def test_a_package_verifies_as_made(people: People, tmp_path: Path) -> None:
    summary = _export(people, tmp_path / "ravi.zip")
    verified = verify_package(Path(summary.file))
    assert verified.valid
    assert verified.counts == summary.counts
    assert len(verified.signed_by) == 64


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_byte_of_the_contents_goes_unnoticed(
    data: st.DataObject, package_files: dict[str, bytes], tmp_path: Path
) -> None:
    name = data.draw(st.sampled_from(sorted(package_files)))
    body = bytearray(package_files[name])
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(NxcrmError) as found:
        verify_package(_written(tmp_path, package_files | {name: bytes(body)}))
    assert found.value.code in {"package_changed", "not_a_package"}


@pytest.fixture(scope="module")
def package_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("package") / "ravi.zip"
    with small_world() as world:
        _export(_people(world), path)
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def _written(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "changed.zip"
    with zipfile.ZipFile(path, "w") as package:
        for name, body in files.items():
            package.writestr(name, body)
    return path


@pytest.mark.parametrize("change", ["added", "removed", "emptied"])
def test_added_and_removed_files_are_named(package_files: dict[str, bytes], tmp_path: Path, change: str) -> None:
    files = dict(package_files)
    if change == "added":
        files["data/extra.json"] = b"[]"
    elif change == "removed":
        del files["data/lead.json"]
    else:
        files["data/lead.json"] = b""
    with pytest.raises(NxcrmError, match="package_changed") as found:
        verify_package(_written(tmp_path, files))
    assert ("extra" if change == "added" else "lead.json") in found.value.message


@pytest.mark.parametrize("body", [b"", b"PK", b"not a zip at all", b"PK\x03\x04" + bytes(200)])
def test_what_is_no_package_is_told(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "file.zip"
    path.write_bytes(body)
    with pytest.raises(NxcrmError) as found:
        verify_package(path)
    assert found.value.message


def test_a_package_that_would_fill_the_memory_is_refused(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "package.zip"
    _export(people, path)
    monkeypatch.setattr("nxcrm_desktop.privacy.verify.MAX_LIST_BYTES", 100)
    with pytest.raises(NxcrmError, match=r"manifest\.json unpacks to more"):
        verify_package(path)


@pytest.mark.parametrize("steps", range(4))
def test_an_export_can_be_stopped_between_its_steps(people: People, tmp_path: Path, steps: int) -> None:
    told: list[tuple[int, int]] = []
    watch = Watch(lambda done, of: told.append((done, of)), lambda: len(told) == steps)
    subject = Subject("contact", people.customer)
    world = people.world
    with pytest.raises(NxcrmError, match="cancelled"):
        build_package(world.connection, world.metadata, subject, OPTIONS, Key(), NoPapers(), tmp_path / "x.zip", watch)
    assert told == [(step, 4) for step in range(steps)]
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_cannot_be_written_leaves_nothing(people: People, tmp_path: Path) -> None:
    with pytest.raises(NxcrmError, match="not_writable"):
        _export(people, tmp_path / "missing" / "ravi.zip")
    assert list(tmp_path.iterdir()) == []


def test_no_part_of_an_export_is_written_anywhere_else(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    path = tmp_path / "package.zip"
    _export(people, path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0


def test_export_finds_what_an_independent_look_at_every_column_finds(people: People) -> None:
    """Every row that holds the customer's ids anywhere is in the export: columns are read without the dictionary."""
    world = people.world
    found = collect(world.connection, world.metadata, Subject("contact", people.customer))
    exported = {str(row["id"]) for rows in found.rows.values() for row in rows}
    for table in world.metadata.tables.values():
        for row in world.connection.execute(table.select()):
            values = {value for value in row if isinstance(value, str)}
            if values & exported and row.id not in exported:
                # Only rows that are reached through staff or a shared car may stay outside.
                shared = {f for f, facts in ENTITIES[table.name].fields.items() if facts.kind is Kind.REF}
                assert shared, f"{table.name} {row.id} speaks of the customer and is not exported"
                assert table.name in {"user"}
