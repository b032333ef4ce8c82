"""The main story, step by step: import, work offline, sync, conflict, report, privacy export, ciphertext."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

from nxcrm_desktop.bootstrap import App, Profile, unlock
from nxcrm_desktop.demo.leads import write_leads
from nxcrm_desktop.demo.organisation import Organisation
from nxcrm_desktop.demo.people import COLLEAGUE, EXECUTIVE, MANAGER, OFFICER, PASSPHRASE, Person
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.records import Record
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.pdf import draw_pdf, style, text

HOUR_MS = 3_600_000
_SPOKEN_FOR = 0.6  # of the leads are the executive's, the others her colleague's
Figures = Mapping[str, object]


def fill(org: Organisation, leads: int) -> Figures:
    """Step 1: executives import their leads and sync; the manager's laptop has them all."""
    mine = round(leads * _SPOKEN_FOR)
    first = _import(org, EXECUTIVE, mine)
    _import(org, COLLEAGUE, leads - mine)
    for person in (EXECUTIVE, COLLEAGUE, MANAGER):
        org.laptop(person).sync.run()
    seen = _count(org.laptop(MANAGER), "lead")
    org.say(f"{EXECUTIVE.full_name} imported {first['created']} leads; {MANAGER.full_name}'s laptop shows {seen}.")
    return {"imported": first["created"], "manager_sees": seen}


def import_again(org: Organisation) -> Figures:
    """Step 1, the mistake: the same file once more, seen as duplicates; a bad line told; then taken back."""
    app, path = org.laptop(EXECUTIVE), _file_of(org, EXECUTIVE)
    more = path.with_name("again.csv")
    more.write_text(path.read_text(encoding="utf-8") + "Someone,12345,not-an-address,,,,,,,,,,,,\n", encoding="utf-8")
    preview = app.imports.run(more, "lead", dry_run=True)
    batch = app.imports.run(path, "lead", on_duplicate="create")
    before = _count(app, "lead")
    app.imports.undo(str(batch.batch))
    app.sync.run()
    org.say(
        f"A second import would have found {preview.duplicates} duplicates and refused {preview.rejected_count} line; "
        f"done all the same, it was undone: {before} → {_count(app, 'lead')} leads."
    )
    return {
        "duplicates": preview.duplicates,
        "rejected": preview.rejected_count,
        "undone": before - _count(app, "lead"),
    }


def work_offline(org: Organisation) -> Figures:
    """Step 2: the server is stopped; everything works, at once, and survives a crash."""
    org.server.stop()
    app = org.laptop(EXECUTIVE)
    lead = first_lead(app)
    app.leads.update(lead.id, {"rating": "hot", "next_step": "Test drive on Saturday"})
    app.leads.change_stage(lead.id, "negotiation")
    app.activity.log("note", lead_id=lead.id, body="Came with his brother, likes the white one.")
    app.activity.add_task(lead.id, "Call about the loan", clock.now_ms() + 24 * HOUR_MS)
    deal = app.transactions.record(kind="sale", agreed_paise=48_500_000, lead_id=lead.id)
    app.transactions.add_payment(deal, direction="in", mode="upi", amount_paise=500_000, reference="UPI 4471")
    app.papers.attach(_paper(org), lead_id=lead.id, title="Booking form", category="agreement")
    waiting = app.status.report()["outbox"]
    org.close_laptop(EXECUTIVE)
    kept = org.laptop(EXECUTIVE).transactions.ledger(deal).received
    org.say(
        f"With no network {EXECUTIVE.full_name} made {waiting} edits; after closing the laptop all are still there."
    )
    return {"waiting": waiting, "received_paise": kept, "lead": lead.id}


def come_back(org: Organisation, lead: str) -> Figures:
    """Step 3: the server returns; the team's work is on the manager's laptop, none of it on the colleague's."""
    org.server.start()
    sent = asdict(org.laptop(EXECUTIVE).sync.run())
    for person in (MANAGER, COLLEAGUE):
        org.laptop(person).sync.run()
    notes = _count(org.laptop(MANAGER), "communication")
    foreign = _has(org.laptop(COLLEAGUE), "lead", lead)
    org.say(
        f"Back online, {sent['pushed']} edits were sent. {MANAGER.full_name} has the lead with its note, "
        f"{COLLEAGUE.full_name} {'has it too' if foreign else 'has nothing of it'}."
    )
    return {"pushed": sent["pushed"], "manager_notes": notes, "colleague_has_it": foreign}


def disagree(org: Organisation, lead: str) -> Figures:
    """Step 4: different fields merge; the same field becomes a conflict that one of the two resolves."""
    executive, manager = org.laptop(EXECUTIVE), org.laptop(MANAGER)
    executive.leads.update(lead, {"city": "Lonavala", "interest": "Swift, white"})
    manager.leads.update(lead, {"city": "Panvel", "rating": "warm"})
    executive.sync.run()
    manager.sync.run()
    conflict = manager.conflicts.list()[0]
    manager.conflicts.resolve(conflict.id, "mine")
    manager.sync.run()
    executive.sync.run()
    agreed = executive.leads.get(lead)
    org.say(
        f"Both changed one lead: interest and rating merged ({agreed['interest']}, {agreed['rating']}); the city was a "
        f"conflict, now resolved as {agreed['city']} on both laptops."
    )
    return {"conflicts": 1, "city": agreed["city"], "rating": agreed["rating"]}


def report(org: Organisation) -> Figures:
    """Step 5: the manager's pipeline as PDF."""
    path = org.folder / "pipeline.pdf"
    made = org.laptop(MANAGER).reports.make("pipeline", path)
    org.say(f"{MANAGER.full_name} made the pipeline report: {path} ({made.pages} page{'s' * (made.pages != 1)}).")
    return {"report": str(path), "pages": made.pages}


def answer_request(org: Organisation, lead: str) -> Figures:
    """Step 5: the privacy officer finds the customer and exports everything held on them."""
    name = org.laptop(EXECUTIVE).leads.get(lead).text("phone")
    officer = org.laptop(OFFICER)
    subject = next(hit for hit in officer.privacy.search(name) if hit.id == lead)
    path = org.folder / "customer.zip"
    made = officer.privacy.export(subject.id, path, reason="access request", recipient="the customer")
    records = sum(made.counts.values())
    elsewhere = f"; {made.missing_documents} paper is still on the laptop" if made.missing_documents else ""
    org.say(f"{OFFICER.full_name} exported {records} records about one customer, and they verify: {path}{elsewhere}.")
    return {"package": str(path), "records": records}


def try_the_stolen_laptop(org: Organisation, lead: str) -> Figures:
    """Step 6: no file of the laptop holds the customer's name or phone; without the password nothing opens."""
    record = org.laptop(EXECUTIVE).leads.get(lead)
    org.close_laptop(EXECUTIVE)
    needles = [record.text(field).encode() for field in ("name", "phone") if record.text(field)]
    profile = org.profile_of(EXECUTIVE)
    found = [file.name for file in profile.rglob("*") if file.is_file() and _holds(file, needles)]
    refused = _refuses(profile, "a wrong password, long enough")
    org.say(
        f"{EXECUTIVE.full_name}'s laptop, looked at as a thief would: {len(found)} files show the customer, "
        f"a wrong password {'opens nothing' if refused else 'OPENS IT'}."
    )
    return {"files_in_clear": found, "wrong_password_refused": refused}


def first_lead(app: App) -> Record:
    """The executive's lead that the story follows: an open one with a phone, the first by id."""
    leads = app.records.list(app.records.query("lead"))
    return next(lead for lead in leads if lead["phone"] and lead["stage"] in ("contacted", "qualified", "test_drive"))


def _import(org: Organisation, person: Person, count: int) -> dict[str, object]:
    path = _file_of(org, person)
    write_leads(path, count, seed=person.user, today=date(2026, 11, 20))
    return dict(org.laptop(person).imports.run(path, "lead").as_json())


def _file_of(org: Organisation, person: Person) -> Path:
    return org.folder / f"leads-{person.user}.csv"


def _paper(org: Organisation) -> Path:
    path = org.folder / "booking-form.pdf"
    story = [
        text("Booking form", style(18, bold=True)),
        text("The customer books the white Swift for ₹4,85,000.", style()),
    ]
    content, _ = draw_pdf("Booking form", story)
    path.write_bytes(content)
    return path


def _count(app: App, entity: str) -> int:
    return sum(1 for _ in app.records.list(app.records.query(entity)))


def _has(app: App, entity: str, row_id: str) -> bool:
    try:
        app.records.get(entity, row_id)
    except NxcrmError as error:
        if error.code != "not_found":
            raise
        return False
    return True


def _holds(file: Path, needles: list[bytes]) -> bool:
    body = file.read_bytes()
    return any(needle in body for needle in needles)


def _refuses(profile: Path, password: str) -> bool:
    try:
        unlock(Profile.open(profile), password).close()
    except NxcrmError as error:
        return error.code == "wrong_password"
    return password == PASSPHRASE
