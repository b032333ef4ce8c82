"""The main story from end to end: a real server, real profiles, real files, every step through the command line."""

from __future__ import annotations

import csv
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from sync.server.config import OrgPolicy
from tests.helpers.cli import Laptop
from tests.helpers.server import ServerHandle, running_server

PASSWORD = "seven quiet rivers of konkan"
ZOHO = (
    "LEADID", "Last Name", "Company", "Lead Owner", "Email", "Mobile", "Website", "Industry", "Lead Source",
    "Lead Status", "Created Time", "CONVERTED", "month_Created Time1",
)  # fmt: skip
SURNAMES = ("Denson", "Hall", "Anderson", "Huddleston", "Fields", "Burke", "Roye", "Javier", "Proto", "Goodloe")


@dataclass
class Company:
    """A running server and the laptops of two executives, their manager and the privacy officer."""

    server: ServerHandle
    folder: Path
    asha: Laptop
    imran: Laptop
    meera: Laptop
    priya: Laptop


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("company")
    with running_server(folder, policy=OrgPolicy(password_only_devices=True)) as server:
        laptops = [
            _enrol(server, folder, *person)
            for person in (
                ("meera", "manager", None), ("asha", "sales", "meera"), ("imran", "sales", "meera"),
                ("priya", "privacy_officer", None),
            )
        ]  # fmt: skip
        meera, asha, imran, priya = laptops
        yield Company(server, folder, asha, imran, meera, priya)


def _enrol(server: ServerHandle, folder: Path, name: str, role: str, manager: str | None) -> Laptop:
    temporary, _ = server.add_user(name, role, manager=manager)
    laptop = Laptop(folder / f"laptop-{name}", PASSWORD)
    done = laptop.call(
        "enroll", "--server", server.url, "--user", name, "--ca", str(server.ca_file), "--new-password-stdin",
        "--device-name", f"{name}'s laptop", "--password-stdin",
        text=f"{temporary}\n{PASSWORD}\n", NXCRM_OTP=server.otp(name),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return laptop


def _zoho_file(path: Path, rows: int) -> Path:
    """A file in the shape of a Zoho export: American mobiles, two rows that must be refused, one that repeats."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(ZOHO)
        for n in range(rows):
            mobile = f"660-485-{n:04d}"
            writer.writerow([
                4563 + n, SURNAMES[n % 10], f"Shop {n}", "David Love", f"lead{n}@example.com", mobile, "example.com",
                "Education", "Partner", "Contacted", "15 Apr, 2021 00:03:00", "Yes", "April",
            ])  # fmt: skip
        writer.writerow([1, "", "No name", "", "", "", "", "", "", "", "", "", ""])
        writer.writerow([2, "Badmail", "", "", "not an address", "", "", "", "", "Contacted", "", "", ""])
        writer.writerow([3, "Denson", "", "", "lead0@example.com", "", "", "", "", "Contacted", "", "", ""])
    return path


def _leads(laptop: Laptop) -> list[dict[str, Any]]:
    return laptop.lines("record", "list", "lead")


@pytest.fixture(scope="module")
def imported(company: Company) -> dict[str, Any]:
    """Step 1 for every later step: the executive's leads."""
    file = _zoho_file(company.folder / "Leads.csv", 40)
    return company.asha.do("import", str(file), "--entity", "lead", "--preset", "zoho-leads")


def test_1_an_import_says_what_it_refused_and_can_be_undone(company: Company, imported: dict[str, Any]) -> None:
    assert imported["created"] == 40
    assert imported["duplicates"] == 1
    reasons = {(one["line"], one["column"]) for one in imported["rejected"]}
    assert (42, "Last Name") in reasons
    assert (43, "Email") in reasons
    assert all(one["reason"] for one in imported["rejected"])
    again = company.asha.do(
        "import", str(company.folder / "Leads.csv"), "--entity", "lead", "--preset", "zoho-leads",
        "--on-duplicate", "create",
    )  # fmt: skip
    assert len(_leads(company.asha)) == 40 + again["created"]
    company.asha.do("import", "undo", again["batch"])
    assert len(_leads(company.asha)) == 40


@pytest.fixture(scope="module")
def offline(company: Company, imported: dict[str, Any]) -> dict[str, str]:
    """Step 2: a day's work with the server stopped."""
    assert imported["created"] == 40
    company.asha.do("sync")
    company.server.stop()
    laptop = company.asha
    lead = _leads(laptop)[0]["id"]
    paper = company.folder / "booking form.txt"
    paper.write_text("Books the white Swift.", encoding="utf-8")
    laptop.do("record", "update", "lead", lead, "--set", "rating=hot", "--set", "stage=negotiation")
    made = laptop.shell([
        ("record.create", {"entity": "communication", "set": {
            "kind": "note", "lead_id": lead, "body": "Likes the white one.", "happened_at": "2026-11-20T10:00:00+05:30",
        }}),
        ("record.create", {"entity": "task", "set": {
            "subject": "Call about the loan", "lead_id": lead, "due_at": "2026-11-21T10:00:00+05:30", "status": "open",
        }}),
        ("record.create", {"entity": "transaction", "set": {
            "kind": "sale", "stage": "agreed", "lead_id": lead, "agreed_paise": 48_500_000,
        }}),
        ("document.add", {"file": str(paper), "lead": lead, "category": "agreement"}),
    ])  # fmt: skip
    deal = made[2]["id"]
    payment = laptop.do(
        "record", "create", "payment_entry", "--set", f"transaction_id={deal}", "--set", "direction=in",
        "--set", "mode=upi", "--set", "amount_paise=500000", "--set", "paid_on=2026-11-20",
    )  # fmt: skip
    return {"lead": lead, "deal": deal, "payment": payment["id"], "document": made[3]["id"]}


def test_2_everything_works_with_no_network_and_survives(company: Company, offline: dict[str, str]) -> None:
    status = company.asha.do("status")
    assert status["online"] is False
    assert status["outbox"] >= 6
    kept = company.asha.do("record", "get", "lead", offline["lead"])
    assert (kept["rating"], kept["stage"]) == ("hot", "negotiation")
    assert company.asha.do("record", "get", "payment_entry", offline["payment"])["amount_paise"] == 500_000
    out = company.folder / "out.txt"
    company.asha.do("document", "get", offline["document"], "-o", str(out))
    assert out.read_text(encoding="utf-8") == "Books the white Swift."
    assert company.asha.fail("sync").code == "server_unreachable"


@pytest.fixture(scope="module")
def back(company: Company, offline: dict[str, str]) -> dict[str, Any]:
    """Step 3: the server returns and everybody syncs."""
    assert offline["lead"]
    company.server.start()
    sent = company.asha.do("sync")
    for laptop in (company.meera, company.imran):
        assert laptop.do("sync")["complete"] is True
    return sent


def test_3_the_team_has_it_and_nobody_else(company: Company, offline: dict[str, str], back: dict[str, Any]) -> None:
    assert back["pushed"] >= 6
    assert back["rejected"] == 0
    looked = [
        ("status", {}),
        ("record.list", {"entity": "lead"}),
        *(
            ("record.get", {"entity": entity, "id": offline[key]})
            for entity, key in (
                ("lead", "lead"),
                ("transaction", "deal"),
                ("payment_entry", "payment"),
                ("document", "document"),
            )
        ),
    ]
    status, leads, *found = company.meera.shell(looked)
    assert status["outbox"] == 0
    assert len(leads) == 40
    assert [one["id"] for one in found] == [offline[key] for key in ("lead", "deal", "payment", "document")]
    _, nothing, *refused = company.imran.shell(looked)
    assert nothing == []
    assert {one["error"]["code"] for one in refused} == {"not_found"}


def test_4_different_fields_merge_and_the_same_field_waits_for_a_person(
    company: Company, offline: dict[str, str], back: dict[str, Any]
) -> None:
    assert back["complete"] is True
    lead = offline["lead"]

    def edit(**fields: str) -> list[tuple[str, dict[str, Any]]]:
        return [("record.update", {"entity": "lead", "id": lead, "set": fields})]

    company.meera.shell(edit(city="Thane", rating="warm"))
    _, sent = company.asha.shell([*edit(city="Pune", interest="Swift, white"), ("sync", {})])
    assert sent["conflicts"] == 0
    met, (conflict,) = company.meera.shell([("sync", {}), ("conflicts.list", {})])
    assert met["conflicts"] == 1
    assert (conflict["field"], conflict["mine"], conflict["theirs"]) == ("city", "Thane", "Pune")
    company.meera.do("conflicts", "resolve", conflict["id"], "--take", "mine")
    looked = [("sync", {}), ("record.get", {"entity": "lead", "id": lead}), ("conflicts.list", {})]
    for laptop in (company.meera, company.asha):
        _, agreed, left = laptop.shell(looked)
        assert (agreed["city"], agreed["interest"], agreed["rating"]) == ("Thane", "Swift, white", "warm")
        assert left == []


def test_5_the_manager_has_a_report(company: Company, back: dict[str, Any]) -> None:
    assert back["complete"] is True
    path = company.folder / "pipeline.pdf"
    made = company.meera.do("report", "pipeline", "-o", str(path))
    printed = "".join(page.extract_text() for page in PdfReader(path).pages)
    assert made["pages"] == len(PdfReader(path).pages)
    assert "Negotiation" in printed
    assert "40" in printed


def test_5_the_officer_exports_one_customer_and_anybody_can_verify(
    company: Company, offline: dict[str, str], back: dict[str, Any]
) -> None:
    assert back["complete"] is True
    phone = company.asha.do("record", "get", "lead", offline["lead"])["phone"]
    hits = company.priya.lines("privacy", "search", phone)
    assert offline["lead"] in [hit["id"] for hit in hits]
    package = company.folder / "customer.zip"
    made = company.priya.do("privacy", "export", offline["lead"], "-o", str(package))
    assert made["counts"]["payment_entry"] == 1
    stranger = Laptop(company.folder / "no such profile", "")
    verified = stranger.do("privacy", "verify", str(package))
    assert verified["valid"] is True
    assert verified["counts"] == made["counts"]
    with zipfile.ZipFile(package) as opened:
        assert "Likes the white one." in opened.read("data/communication.json").decode()
    package.write_bytes(package.read_bytes().replace(b"PK\x03\x04", b"PK\x03\x05", 1))
    assert stranger.fail("privacy", "verify", str(package)).code == "package_changed"
    assert company.imran.fail("privacy", "export", offline["lead"], "-o", str(package)).code == "subject_unknown"


def test_6_every_byte_is_ciphertext_and_nothing_opens_without_the_password(
    company: Company, offline: dict[str, str], back: dict[str, Any]
) -> None:
    assert back["complete"] is True
    lead = company.asha.do("record", "get", "lead", offline["lead"])
    needles = [lead[name].encode() for name in ("phone", "email", "company_name")] + [
        b"Likes the white one",
        b"white Swift",
    ]
    files = [path for path in company.asha.profile.rglob("*") if path.is_file()]
    assert any(path.stat().st_size > 50_000 for path in files)
    for path in files:
        body = path.read_bytes()
        assert not any(needle in body for needle in needles), f"{path.name} shows the customer"
        assert not body.startswith(b"SQLite format 3"), path.name
    with sqlite3.connect(company.asha.profile / "store.db") as plain, pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT count(*) FROM sqlite_master")
    assert (
        company.asha.fail("record", "list", "lead", NXCRM_PASSWORD="not the password at all").code == "wrong_password"
    )
