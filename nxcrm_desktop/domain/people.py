"""Staff, teams, customers and companies."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from nxcrm_desktop.domain.base import Entity, column
from nxcrm_desktop.domain.facts import EntityFacts, Erase, Kind, Merge, Personal, Purpose, Role, ScopeRule, Write

_FIELD_ONLY = frozenset({Role.FINANCE})  # finance sees money, not how to reach a customer's home
_ROLE_CHOICES = tuple((role.value, role.value.replace("_", " ").capitalize()) for role in Role)


class User(Entity):
    """A member of staff. The server decides every column; passwords live elsewhere and never sync."""

    __tablename__ = "user"
    __facts__ = EntityFacts(
        label="Member of staff",
        plural="Staff",
        scope=ScopeRule(ref=True),
        title="full_name",
        retention="staff",
        purpose=Purpose.SERVICE,
        is_person=True,
        indexes=(("username",),),
    )
    username: Mapped[str] = column(
        "User name", required=True, personal=Personal.IDENTITY, purpose=Purpose.AUTHENTICATION,
        erase=Erase.REPLACE, write=Write.SERVER, merge=Merge.SERVER, max_length=64,
    )  # fmt: skip
    full_name: Mapped[str] = column(
        "Name", required=True, personal=Personal.IDENTITY, erase=Erase.REPLACE, write=Write.SERVER,
        merge=Merge.SERVER, search=True, sort=True,
    )  # fmt: skip
    role: Mapped[str] = column(
        "Role", Kind.CHOICE, required=True, choices=_ROLE_CHOICES, write=Write.SERVER, merge=Merge.SERVER
    )
    manager_id: Mapped[str | None] = column(
        "Reporting manager", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.SERVER
    )
    team_id: Mapped[str | None] = column("Team", Kind.REF, ref="team", write=Write.SERVER, merge=Merge.SERVER)
    employee_id: Mapped[str | None] = column(
        "Employee id", personal=Personal.IDENTITY, erase=Erase.BOOKS, write=Write.SERVER, merge=Merge.SERVER
    )
    email: Mapped[str | None] = column(
        "E-mail", Kind.EMAIL, personal=Personal.CONTACT, erase=Erase.CLEAR, write=Write.SERVER, merge=Merge.SERVER
    )
    phone: Mapped[str | None] = column(
        "Phone", Kind.PHONE, personal=Personal.CONTACT, erase=Erase.CLEAR, write=Write.SERVER, merge=Merge.SERVER
    )
    department: Mapped[str | None] = column("Department", write=Write.SERVER, merge=Merge.SERVER)
    designation: Mapped[str | None] = column("Designation", write=Write.SERVER, merge=Merge.SERVER)
    active: Mapped[int] = column("Active", Kind.BOOL, required=True, write=Write.SERVER, merge=Merge.SERVER)


class Team(Entity):
    """A group of staff under one manager."""

    __tablename__ = "team"
    __facts__ = EntityFacts(
        label="Team", plural="Teams", scope=ScopeRule(ref=True), title="name", retention="reference"
    )
    name: Mapped[str] = column("Name", required=True, write=Write.SERVER, merge=Merge.SERVER, sort=True)
    manager_id: Mapped[str | None] = column("Manager", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.SERVER)
    region: Mapped[str | None] = column("Region", write=Write.SERVER, merge=Merge.SERVER)


class Contact(Entity):
    """A customer: a person outside the company."""

    __tablename__ = "contact"
    __facts__ = EntityFacts(
        label="Customer",
        plural="Customers",
        scope=ScopeRule(owners=("owner_id",), children=(("lead", "contact_id"),)),
        title="full_name",
        retention="customer",
        purpose=Purpose.SERVICE,
        is_person=True,
        importable=True,
        unique_hint=("phone", "email"),
        indexes=(("phone",), ("email",), ("owner_id",), ("company_id",)),
    )
    full_name: Mapped[str] = column(
        "Name", required=True, personal=Personal.IDENTITY, purpose=Purpose.SERVICE, erase=Erase.REPLACE, search=True,
        sort=True,
    )  # fmt: skip
    phone: Mapped[str | None] = column(
        "Phone", Kind.PHONE, personal=Personal.CONTACT, purpose=Purpose.SERVICE, erase=Erase.CLEAR, search=True,
        hidden_from=frozenset({Role.AUDITOR}),
    )  # fmt: skip
    alt_phone: Mapped[str | None] = column(
        "Other phone", Kind.PHONE, personal=Personal.CONTACT, purpose=Purpose.SERVICE, erase=Erase.CLEAR, search=True,
        hidden_from=_FIELD_ONLY | {Role.AUDITOR},
    )  # fmt: skip
    email: Mapped[str | None] = column(
        "E-mail", Kind.EMAIL, personal=Personal.CONTACT, purpose=Purpose.SERVICE, erase=Erase.CLEAR, search=True,
        hidden_from=frozenset({Role.AUDITOR}),
    )  # fmt: skip
    address: Mapped[str | None] = column(
        "Address", Kind.LONG_TEXT, personal=Personal.CONTACT, erase=Erase.BOOKS, max_length=1000,
        hidden_from=frozenset({Role.AUDITOR}),
    )  # fmt: skip
    city: Mapped[str | None] = column("City", personal=Personal.CONTACT, erase=Erase.CLEAR, sort=True)
    state: Mapped[str | None] = column("State", personal=Personal.CONTACT, erase=Erase.BOOKS)
    pincode: Mapped[str | None] = column("PIN code", personal=Personal.CONTACT, erase=Erase.CLEAR, max_length=6)
    date_of_birth: Mapped[str | None] = column(
        "Date of birth", Kind.DATE, personal=Personal.SENSITIVE, purpose=Purpose.COMPLIANCE, erase=Erase.CLEAR,
        hidden_from=_FIELD_ONLY | {Role.AUDITOR},
    )  # fmt: skip
    pan: Mapped[str | None] = column(
        "PAN", Kind.PAN, personal=Personal.SENSITIVE, purpose=Purpose.COMPLIANCE, erase=Erase.BOOKS,
        hidden_from=frozenset({Role.AUDITOR}), help="Permanent account number, Income-tax Act 1961, section 139A",
    )  # fmt: skip
    company_id: Mapped[str | None] = column("Company", Kind.REF, ref="company")
    language: Mapped[str | None] = column(
        "Language", Kind.CHOICE, choices=(("en", "English"), ("hi", "Hindi")), erase=Erase.CLEAR, merge=Merge.CLIENT
    )
    source: Mapped[str | None] = column("Source", merge=Merge.SERVER)
    tags: Mapped[str | None] = column("Tags", Kind.TAGS, merge=Merge.UNION, erase=Erase.CLEAR)
    notes: Mapped[str | None] = column(
        "Remarks", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND, search=True,
        max_length=10_000, hidden_from=_FIELD_ONLY | {Role.AUDITOR},
    )  # fmt: skip
    owner_id: Mapped[str | None] = column("Owner", Kind.REF, ref="user", write=Write.MANAGER, merge=Merge.SERVER)
    external_ref: Mapped[str | None] = column("Reference in the old system", write=Write.ONCE, merge=Merge.SERVER)


class Company(Entity):
    """A business that buys, sells or refers."""

    __tablename__ = "company"
    __facts__ = EntityFacts(
        label="Company",
        plural="Companies",
        scope=ScopeRule(owners=("owner_id",), children=(("lead", "company_id"), ("contact", "company_id"))),
        title="name",
        retention="customer",
        importable=True,
        unique_hint=("gstin", "name"),
        indexes=(("owner_id",), ("gstin",)),
    )
    name: Mapped[str] = column("Name", required=True, search=True, sort=True)
    gstin: Mapped[str | None] = column("GSTIN", Kind.GSTIN, purpose=Purpose.COMPLIANCE, search=True)
    phone: Mapped[str | None] = column("Phone", Kind.PHONE, search=True)
    email: Mapped[str | None] = column("E-mail", Kind.EMAIL, search=True)
    website: Mapped[str | None] = column("Website")
    industry: Mapped[str | None] = column("Industry", merge=Merge.CLIENT)
    address: Mapped[str | None] = column("Address", Kind.LONG_TEXT, max_length=1000)
    city: Mapped[str | None] = column("City", sort=True)
    state: Mapped[str | None] = column("State")
    tags: Mapped[str | None] = column("Tags", Kind.TAGS, merge=Merge.UNION)
    notes: Mapped[str | None] = column(
        "Remarks", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND, max_length=10_000
    )
    owner_id: Mapped[str | None] = column("Owner", Kind.REF, ref="user", write=Write.MANAGER, merge=Merge.SERVER)
    external_ref: Mapped[str | None] = column("Reference in the old system", write=Write.ONCE, merge=Merge.SERVER)
