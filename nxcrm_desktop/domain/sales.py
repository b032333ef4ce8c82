"""Leads, their stages, vehicles, transactions and the ledger."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from nxcrm_desktop.domain.base import Entity, column
from nxcrm_desktop.domain.facts import EntityFacts, Erase, Kind, Merge, Personal, Purpose, Role, ScopeRule, Write

_NOT_SALES = frozenset({Role.SALES})
_NOT_FINANCE = frozenset({Role.FINANCE})
_NO_CONTACT_DETAILS = frozenset({Role.AUDITOR})
_LEAD_CHILD = ScopeRule(parents=(("lead_id", "lead"), ("contact_id", "contact")))

TRANSACTION_KINDS = (
    ("purchase", "Purchase"),
    ("sale", "Sale"),
    ("consignment", "Consignment"),
    ("loan_referral", "Loan referral"),
    ("insurance", "Insurance"),
    ("rc_transfer", "RC transfer"),
    ("refund", "Refund"),
)
TRANSACTION_STAGES = (
    ("draft", "Draft"),
    ("agreed", "Agreed"),
    ("booked", "Booked"),
    ("delivered", "Delivered"),
    ("cancelled", "Cancelled"),
)
PAYMENT_MODES = (
    ("cash", "Cash"),
    ("upi", "UPI"),
    ("card", "Card"),
    ("neft", "NEFT"),
    ("rtgs", "RTGS"),
    ("cheque", "Cheque"),
    ("financier", "Financier"),
)


class LeadStage(Entity):
    """A step of the pipeline. ``key`` is what a lead holds; the rest is how it is shown and counted."""

    __tablename__ = "lead_stage"
    __facts__ = EntityFacts(
        label="Lead stage", plural="Lead stages", scope=ScopeRule(ref=True), title="label", retention="reference"
    )
    key: Mapped[str] = column("Key", required=True, write=Write.ONCE, merge=Merge.SERVER, max_length=40)
    label: Mapped[str] = column("Name", required=True, merge=Merge.SERVER, write=Write.MANAGER)
    label_hi: Mapped[str | None] = column("Name in Hindi", merge=Merge.SERVER, write=Write.MANAGER)
    position: Mapped[int] = column(
        "Position", Kind.INTEGER, required=True, merge=Merge.SERVER, write=Write.MANAGER, sort=True
    )
    probability: Mapped[int] = column(
        "Probability, per cent", Kind.INTEGER, required=True, minimum=0, merge=Merge.SERVER, write=Write.MANAGER
    )
    outcome: Mapped[str] = column(
        "Outcome", Kind.CHOICE, required=True, merge=Merge.SERVER, write=Write.MANAGER,
        choices=(("open", "Open"), ("won", "Won"), ("lost", "Lost")),
    )  # fmt: skip


class Lead(Entity):
    """An enquiry by a person, with the contact details given at that time."""

    __tablename__ = "lead"
    __facts__ = EntityFacts(
        label="Lead",
        plural="Leads",
        scope=ScopeRule(owners=("owner_id",)),
        title="name",
        retention="lead",
        purpose=Purpose.SERVICE,
        subject=(("contact_id", "contact"),),
        is_person=True,
        importable=True,
        unique_hint=("phone", "email"),
        indexes=(("phone",), ("email",), ("owner_id",), ("contact_id",), ("company_id",), ("external_ref",)),
    )
    name: Mapped[str] = column(
        "Name", required=True, personal=Personal.IDENTITY, purpose=Purpose.SERVICE, erase=Erase.REPLACE, search=True,
        sort=True,
    )  # fmt: skip
    phone: Mapped[str | None] = column(
        "Phone", Kind.PHONE, personal=Personal.CONTACT, purpose=Purpose.SERVICE, erase=Erase.CLEAR, search=True,
        hidden_from=_NO_CONTACT_DETAILS,
    )  # fmt: skip
    alt_phone: Mapped[str | None] = column(
        "Other phone", Kind.PHONE, personal=Personal.CONTACT, purpose=Purpose.SERVICE, erase=Erase.CLEAR, search=True,
        hidden_from=_NO_CONTACT_DETAILS,
    )  # fmt: skip
    email: Mapped[str | None] = column(
        "E-mail", Kind.EMAIL, personal=Personal.CONTACT, purpose=Purpose.SERVICE, erase=Erase.CLEAR, search=True,
        hidden_from=_NO_CONTACT_DETAILS,
    )  # fmt: skip
    company_name: Mapped[str | None] = column("Company", search=True)
    website: Mapped[str | None] = column("Website", merge=Merge.CLIENT)
    industry: Mapped[str | None] = column("Industry", merge=Merge.CLIENT)
    city: Mapped[str | None] = column("City", personal=Personal.CONTACT, erase=Erase.CLEAR, sort=True)
    pincode: Mapped[str | None] = column("PIN code", personal=Personal.CONTACT, erase=Erase.CLEAR, max_length=6)
    source: Mapped[str | None] = column("Source", merge=Merge.SERVER, sort=True)
    stage: Mapped[str] = column("Stage", Kind.STAGE, required=True, sort=True)
    lost_reason: Mapped[str | None] = column("Lost because", personal=Personal.FREE_TEXT, erase=Erase.CLEAR)
    rating: Mapped[str | None] = column(
        "Rating", Kind.CHOICE, choices=(("hot", "Hot"), ("warm", "Warm"), ("cold", "Cold")), merge=Merge.CLIENT,
        sort=True,
    )  # fmt: skip
    interest: Mapped[str | None] = column("Interested in", merge=Merge.APPEND, search=True)
    budget_paise: Mapped[int | None] = column(
        "Budget", Kind.MONEY, minimum=0, personal=Personal.FINANCIAL, erase=Erase.CLEAR, sort=True
    )
    vehicle_id: Mapped[str | None] = column("Vehicle", Kind.REF, ref="vehicle")
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", merge=Merge.SERVER)
    company_id: Mapped[str | None] = column("Company record", Kind.REF, ref="company", merge=Merge.SERVER)
    owner_id: Mapped[str | None] = column(
        "Owner", Kind.REF, ref="user", write=Write.MANAGER, merge=Merge.SERVER, sort=True
    )
    next_step: Mapped[str | None] = column(
        "Next step", personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.CLIENT
    )
    next_step_at: Mapped[int | None] = column("Next step due", Kind.INSTANT, merge=Merge.CLIENT, sort=True)
    last_activity_at: Mapped[int | None] = column("Last activity", Kind.INSTANT, merge=Merge.CLIENT)
    enquired_at: Mapped[int | None] = column("Enquired", Kind.INSTANT, merge=Merge.SERVER, sort=True)
    tags: Mapped[str | None] = column("Tags", Kind.TAGS, merge=Merge.UNION, erase=Erase.CLEAR)
    notes: Mapped[str | None] = column(
        "Remarks", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND, search=True,
        max_length=10_000, hidden_from=_NO_CONTACT_DETAILS,
    )  # fmt: skip
    external_ref: Mapped[str | None] = column("Reference in the old system", write=Write.ONCE, merge=Merge.SERVER)


class StageChange(Entity):
    """One move of a lead through the pipeline."""

    __tablename__ = "stage_change"
    __facts__ = EntityFacts(
        label="Stage change", plural="Stage history", scope=ScopeRule(parents=(("lead_id", "lead"),)), title="to_stage",
        retention="lead", subject=(("lead_id", "lead"),), append_only=True, indexes=(("lead_id",),),
    )  # fmt: skip
    lead_id: Mapped[str] = column("Lead", Kind.REF, ref="lead", required=True, write=Write.ONCE, merge=Merge.SERVER)
    from_stage: Mapped[str | None] = column("From", Kind.STAGE, write=Write.ONCE, merge=Merge.SERVER)
    to_stage: Mapped[str] = column("To", Kind.STAGE, required=True, write=Write.ONCE, merge=Merge.SERVER)
    changed_at: Mapped[int] = column("When", Kind.INSTANT, required=True, write=Write.ONCE, merge=Merge.SERVER)


class Vehicle(Entity):
    """A car, in stock or wanted. Stock is seen by all staff; what was paid for it is not."""

    __tablename__ = "vehicle"
    __facts__ = EntityFacts(
        label="Vehicle", plural="Vehicles", scope=ScopeRule(ref=True), title="model", retention="books",
        importable=True, unique_hint=("registration_number", "chassis_number"),
        indexes=(("registration_number",), ("chassis_number",)),
    )  # fmt: skip
    registration_number: Mapped[str | None] = column(
        "Registration number", Kind.REGISTRATION, search=True, personal=Personal.IDENTITY, erase=Erase.BOOKS
    )
    chassis_number: Mapped[str | None] = column("Chassis number", search=True, max_length=17)
    engine_number: Mapped[str | None] = column("Engine number", max_length=30)
    make: Mapped[str | None] = column("Make", search=True, sort=True)
    model: Mapped[str] = column("Model", required=True, search=True, sort=True)
    variant: Mapped[str | None] = column("Variant")
    year: Mapped[int | None] = column("Year", Kind.INTEGER, minimum=1900, sort=True, grouped=False)
    fuel: Mapped[str | None] = column("Fuel")
    transmission: Mapped[str | None] = column("Transmission")
    colour: Mapped[str | None] = column("Colour")
    odometer_km: Mapped[int | None] = column("Odometer, km", Kind.INTEGER, minimum=0)
    ownership: Mapped[str | None] = column("Ownership")
    stock_status: Mapped[str | None] = column(
        "Stock", Kind.CHOICE, merge=Merge.SERVER,
        choices=(("wanted", "Wanted"), ("available", "Available"), ("booked", "Booked"), ("sold", "Sold")),
    )  # fmt: skip
    asking_paise: Mapped[int | None] = column("Asking price", Kind.MONEY, minimum=0, sort=True)
    cost_paise: Mapped[int | None] = column("Cost", Kind.MONEY, minimum=0, hidden_from=_NOT_SALES)
    acquired_on: Mapped[str | None] = column("In stock since", Kind.DATE)
    insurance_expires_on: Mapped[str | None] = column("Insurance until", Kind.DATE)
    location: Mapped[str | None] = column("Location", merge=Merge.CLIENT)
    external_ref: Mapped[str | None] = column("Reference in the old system", write=Write.ONCE, merge=Merge.SERVER)


class Transaction(Entity):
    """A deal with a customer: what was agreed. What was paid is the sum of its ledger entries."""

    __tablename__ = "transaction"
    __facts__ = EntityFacts(
        label="Transaction", plural="Transactions", scope=_LEAD_CHILD, title="kind", retention="books",
        purpose=Purpose.SERVICE, subject=(("contact_id", "contact"), ("lead_id", "lead")),
        indexes=(("lead_id",), ("contact_id",), ("vehicle_id",)),
    )  # fmt: skip
    kind: Mapped[str] = column(
        "Kind", Kind.CHOICE, required=True, choices=TRANSACTION_KINDS, write=Write.ONCE, merge=Merge.SERVER
    )
    stage: Mapped[str] = column("Stage", Kind.CHOICE, required=True, choices=TRANSACTION_STAGES, sort=True)
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", write=Write.ONCE, merge=Merge.SERVER)
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", write=Write.ONCE, merge=Merge.SERVER)
    vehicle_id: Mapped[str | None] = column("Vehicle", Kind.REF, ref="vehicle")
    agreed_paise: Mapped[int] = column(
        "Agreed amount", Kind.MONEY, required=True, minimum=0, personal=Personal.FINANCIAL, erase=Erase.BOOKS, sort=True
    )
    agreed_on: Mapped[str | None] = column("Agreed on", Kind.DATE, sort=True)
    financier: Mapped[str | None] = column("Financier", personal=Personal.FINANCIAL, erase=Erase.BOOKS)
    notes: Mapped[str | None] = column(
        "Remarks", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND,
        max_length=10_000, hidden_from=_NOT_FINANCE,
    )  # fmt: skip


class PaymentEntry(Entity):
    """One line of the ledger. Never changed: a mistake is reversed by another line."""

    __tablename__ = "payment_entry"
    __facts__ = EntityFacts(
        label="Payment", plural="Payments", scope=ScopeRule(parents=(("transaction_id", "transaction"),)),
        title="reference", retention="books", purpose=Purpose.COMPLIANCE, append_only=True,
        subject=(("transaction_id", "transaction"),), indexes=(("transaction_id",),),
    )  # fmt: skip
    transaction_id: Mapped[str] = column(
        "Transaction", Kind.REF, ref="transaction", required=True, write=Write.ONCE, merge=Merge.SERVER
    )
    direction: Mapped[str] = column(
        "Direction", Kind.CHOICE, required=True, write=Write.ONCE, merge=Merge.SERVER,
        choices=(("in", "Received"), ("out", "Paid")),
    )  # fmt: skip
    mode: Mapped[str] = column(
        "Mode", Kind.CHOICE, required=True, choices=PAYMENT_MODES, write=Write.ONCE, merge=Merge.SERVER
    )
    amount_paise: Mapped[int] = column(
        "Amount", Kind.MONEY, required=True, minimum=1, personal=Personal.FINANCIAL, erase=Erase.BOOKS,
        write=Write.ONCE, merge=Merge.SERVER,
    )  # fmt: skip
    paid_on: Mapped[str] = column("Date", Kind.DATE, required=True, write=Write.ONCE, merge=Merge.SERVER, sort=True)
    reference: Mapped[str | None] = column(
        "Reference", personal=Personal.FINANCIAL, erase=Erase.BOOKS, write=Write.ONCE, merge=Merge.SERVER
    )
    reverses_id: Mapped[str | None] = column(
        "Reverses", Kind.REF, ref="payment_entry", write=Write.ONCE, merge=Merge.SERVER
    )
    remark: Mapped[str | None] = column(
        "Remark", personal=Personal.FREE_TEXT, erase=Erase.CLEAR, write=Write.ONCE, merge=Merge.SERVER
    )
