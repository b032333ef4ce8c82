"""Draws the pictures of the documentation anew: ``make screenshots``. Invented people, one fixed moment, no network."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = "1.25"

import time_machine
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.demo.leads import write_leads
from nxcrm_desktop.domain import clock
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import pulled, staff
from tests.helpers.qt import ANANYA, make_profile, open_profile
from tests.helpers.source import ROOT
from ui.language import install_language
from ui.pictures import Photographer, headless_application
from ui.theming.tokens import Appearance

FOLDER = ROOT / "docs" / "screenshots"
MOMENT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
LEADS = 240
_QUERY = "4471"
_IN_EVERY_LOOK = frozenset({"import", "leads", "lead-timeline", "lead-edit", "lead-money", "reports", "search"})
_DAY = 86_400_000
_CARS = (
    ("Hyundai", "Creta SX", 2019, "MH12QR4471", "available", 9_75_000, "White", 41_200),
    ("Maruti Suzuki", "Baleno Zeta", 2020, "MH14GH2093", "available", 6_80_000, "Blue", 28_650),
    ("Tata", "Nexon XZ+", 2021, "MH12TV8810", "booked", 8_90_000, "Grey", 19_900),
    ("Honda", "City VX", 2016, "MH02DN5518", "available", 5_60_000, "Silver", 74_300),
    ("Kia", "Seltos HTK", 2020, "MH43BY1177", "sold", 10_25_000, "Red", 36_480),
    ("Maruti Suzuki", "Swift VXI", 2019, "MH12PK6032", "available", 5_25_000, "White", 33_050),
)
_DEALS = (
    ("Deepa Nair", "+919930041877", "Kolhapur", "lost", "Maruti Suzuki Swift VXI 2019", "MH12PK6032", "sale",
     "cancelled", 5_25_000, 10_000, "2026-10-28", "Electricity bill", "address"),
    ("Gurpreet Gill", "+919890120456", "Pune", "booked", "Tata Nexon XZ+ 2021", "MH12TV8810", "sale",
     "booked", 8_90_000, 25_000, "2026-11-17", "Insurance policy", "insurance"),
    ("Fatima Shaikh", "+919011067834", "Nashik", "negotiation", "Sells a Honda City VX 2016", "MH02DN5518", "purchase",
     "agreed", 4_10_000, 1_00_000, "2026-11-19", "Sale agreement", "agreement"),
    ("Arjun Menon", "+919765031244", "Satara", "delivered", "Kia Seltos HTK 2020", "MH43BY1177", "sale",
     "delivered", 10_25_000, 10_25_000, "2026-11-12", "Delivery note", "other"),
    ("Sunita Jadhav", "+919422187650", "Pune", "booked", "Maruti Suzuki Baleno Zeta 2020", "MH14GH2093", "sale",
     "agreed", 6_80_000, 50_000, "2026-11-21", "Identity card", "identity"),
)  # fmt: skip
_LIST = """Customer,Mobile No,Mail,Town,Model,Budget,Follow-up by
Vikram Joshi,98220 55121,vikram.joshi@example.in,Pune,Hyundai i20 Sportz 2018,5.5 lakh,Rohan
Meera Pillai,98220 5512,meera.pillai@example.in,Pune,Maruti Baleno 2020,"6,75,000",Ananya
Sanjay Gupta,+91 99300 41877,sanjay.gupta@example.in,Nashik,Tata Nexon 2021,9 lakh,Ananya
Priya K.,98220 44710,,Pune,Hyundai Creta 2019,9.5 lakh,Ananya
Farida Khan,97650 31244,farida.khan(at)example.in,Satara,Honda City 2016,5 lakh,Rohan
रमेश पाटील,94221 87650,,Kolhapur,Mahindra Bolero 2017,4.2 lakh,Rohan
V. Joshi,9822055121,,Pune,Hyundai i20 2018,5 lakh,Rohan
Lakshmi Iyer,98901 20456,lakshmi.iyer@example.in,Pune,Kia Seltos 2020,around ten,Ananya
Imran Shaikh,90110 67834,imran.shaikh@example.in,Pune,Maruti Swift 2019,4.9 lakh,Rohan
"""
_COLUMNS = {"Customer": "name", "Mail": "email", "Town": "city", "Model": "interest", "Budget": "budget_paise"}


def _fill(store: Store, user_id: str) -> None:
    rohan = staff(store, "Rohan Deshmukh")
    for make, model, year, mark, status, rupees, colour, km in _CARS:
        pulled(
            store, "vehicle", make=make, model=model, year=year, registration_number=mark, stock_status=status,
            asking_paise=rupees * 100, fuel="Petrol", transmission="Manual", location="Pune, Baner",
            colour=colour, odometer_km=km,
        )  # fmt: skip
    about = {"name": "Harpreet Kaur", "stage": "test_drive", "city": "Nashik", "rating": "hot"}
    lead = pulled(store, "lead", **about, owner_id=user_id)
    now = clock.now_ms()
    pulled(
        store, "conflict", entity="lead", row_id=lead, field="city", base='"Mumbai"', mine='"Pune"', theirs='"Nashik"',
        mine_by=user_id, mine_at=now - _DAY, theirs_by=rohan.user_id, theirs_at=now - _DAY // 8, status="open",
    )  # fmt: skip
    _to_review(store, user_id, lead, now)


def _to_review(store: Store, user_id: str, lead: str, now: int) -> None:
    """Edits the server refused, and a customer whom two laptops made."""
    about: dict[str, str | int] = {
        "entity": "lead", "op": "update", "author_id": user_id, "status": "open", "typed_at": now - _DAY // 6,
    }  # fmt: skip
    changes = {"budget_paise": [8_20_000_00, 8_60_000_00], "next_step": ["Call", "Test drive on Saturday"]}
    refused = "The record is not, or no longer, one of yours."
    pulled(store, "quarantine", row_id=lead, changes=json.dumps(changes), code="out_of_scope", reason=refused, **about)
    lost = json.dumps({"city": ["Pune", "Nagpur"], "name": ["Joseph Dsouza", None]})
    pulled(store, "quarantine", row_id=new_id(), changes=lost, code="deleted", reason="Deleted.", **about)
    group = new_id()
    for name, city in (("Anita Deshpande", "Pune"), ("A. Deshpande", "Thane")):
        twin = pulled(store, "contact", full_name=name, phone="+919822077310", city=city, owner_id=user_id)
        pulled(store, "duplicate", entity="contact", row_id=twin, field="phone", group_id=group, status="open")


def _places(app: App) -> None:
    """Documents as they are after a few syncs: sent, kept, elsewhere, waiting, refused."""
    papers = {row.text("title"): row.id for row in app.lists.page(ListQuery("document"), limit=100).rows}
    sha256 = {title: app.papers.version(document).text("sha256") for title, document in papers.items()}
    for title in ("Insurance policy", "Sale agreement", "Identity card"):
        app.shelf.sent(sha256[title])
    app.paper_sync.keep("document", [papers["Insurance policy"]])
    app.paper_sync.free([papers["Sale agreement"]])
    app.shelf.failed(sha256["Electricity bill"], "blob_too_large", None)


def _paper(path: Path, title: str, lines: tuple[str, ...]) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(72, 760, title.upper())
    canvas.setFont("Helvetica", 12)
    for place, line in enumerate((*lines, "Specimen: nobody's paper")):
        canvas.drawString(72, 726 - 20 * place, line)
    canvas.save()
    return path


def work(app: App, folder: Path) -> str:
    """A week of an executive's work; returns the lead it was about."""
    source = folder / "leads.csv"
    write_leads(source, LEADS, seed="screenshots", today=date(2026, 11, 23))
    app.imports.run(source, "lead")
    _other_deals(app, folder)
    now = clock.now_ms()
    lead = app.leads.create({
        "name": "Priya Kulkarni", "phone": "+919822044710", "email": "priya.kulkarni@example.in", "city": "Pune",
        "pincode": "411045", "interest": "Hyundai Creta SX 2019", "budget_paise": 9_50_000_00, "rating": "hot",
        "source": "Walk-in", "enquired_at": now - 9 * _DAY,
    })  # fmt: skip
    app.activity.log("call", lead_id=lead, body="Asked for the service history and the price on the road.",
                     outcome="Spoke", happened_at=now - 8 * _DAY)  # fmt: skip
    app.leads.change_stage(lead, "contacted")
    app.activity.log("note", lead_id=lead, body="Wants to exchange a 2014 Swift.\nNeeds a loan for most of the price.",
                     happened_at=now - 5 * _DAY)  # fmt: skip
    app.leads.change_stage(lead, "negotiation")
    creta = _cars(app)["MH12QR4471"]
    deal = app.transactions.record(
        kind="sale", agreed_paise=9_40_000_00, lead_id=lead, vehicle_id=creta, financier="Bank of Pune"
    )
    app.transactions.add_payment(deal, direction="in", mode="upi", amount_paise=25_000_00, reference="UPI 447190")
    mistake = app.transactions.add_payment(deal, direction="in", mode="cash", amount_paise=50_000_00)
    app.transactions.reverse(mistake, "entered twice")
    app.transactions.add_payment(deal, direction="in", mode="neft", amount_paise=1_50_000_00, reference="N3271")
    certificate = ("Registration mark  MH 12 QR 4471", "Hyundai Creta SX, 2019, petrol")
    paper = _paper(folder / "RC copy.pdf", "Registration certificate", certificate)
    app.papers.attach(paper, lead_id=lead, title="RC copy", category="rc")
    app.activity.add_task(lead, "Share the loan offer", now + _DAY)
    _places(app)
    return lead


def _cars(app: App) -> dict[str, str]:
    """Ids by registration number."""
    return {row.text("registration_number"): row.id for row in app.lists.page(ListQuery("vehicle"), limit=100).rows}


def _other_deals(app: App, folder: Path) -> None:
    """What else the weeks before brought: deals of every stage, each with its customer, vehicle and paper."""
    cars = _cars(app)
    for name, phone, city, at, interest, mark, kind, stage, rupees, paid, day, title, category in _DEALS:
        lead = app.leads.create({
            "name": name, "phone": phone, "city": city, "interest": interest, "budget_paise": rupees * 100,
            "rating": "hot", "source": "Walk-in",
        })  # fmt: skip
        app.leads.change_stage(lead, at)
        deal = app.transactions.record(
            kind=kind, agreed_paise=rupees * 100, lead_id=lead, vehicle_id=cars[mark], agreed_on=day
        )
        way = "out" if kind == "purchase" else "in"
        app.transactions.add_payment(deal, direction=way, mode="neft", amount_paise=paid * 100, paid_on=day)
        app.records.update("transaction", deal, {"stage": stage})
        app.papers.attach(_paper(folder / f"{title}.pdf", title, (name,)), lead_id=lead, title=title, category=category)


def _kept(file: Path, suffix: str) -> bool:
    """Everything in the usual look; of the others a few, to show that they are there."""
    if not suffix or file.stem.removesuffix(suffix) in _IN_EVERY_LOOK:
        return True
    file.unlink()
    return False


def main() -> None:
    """Write docs/screenshots."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    application, theme = headless_application()
    with TemporaryDirectory() as scratch, time_machine.travel(MOMENT, tick=True):
        folder = Path(scratch)
        app = open_profile(make_profile(folder / "profile", ANANYA, _fill))
        lead = work(app, folder)
        listed = folder / "Enquiries November.csv"
        listed.write_text(_LIST, encoding="utf-8")
        for suffix, language, appearance in (
            ("", "en", Appearance.LIGHT),
            ("-dark", "en", Appearance.DARK),
            ("-hindi", "hi", Appearance.LIGHT),
        ):
            translator = install_language(application, language)
            theme.show(appearance)
            with Photographer(application, theme, app, FOLDER, suffix) as photographer:
                taken = [*photographer.everything(lead, _QUERY), photographer.importing(listed, _COLUMNS)]
                files = [file for file in taken if _kept(file, suffix)]
            application.removeTranslator(translator)
            if photographer.problems:
                sys.exit(f"errors were shown: {photographer.problems}")
            sys.stdout.write(f"{len(files)} pictures{suffix} in {FOLDER}\n")
        app.close()


if __name__ == "__main__":
    main()
