"""Consents, requests, holds, disclosures, policies and incidents: what the privacy desk keeps."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from nxcrm_desktop.domain.base import Entity, column
from nxcrm_desktop.domain.facts import EntityFacts, Erase, Kind, Merge, Personal, Purpose, ScopeRule, Write

_SUBJECT = (("contact_id", "contact"), ("lead_id", "lead"))
_DESK = ScopeRule(desk=True)
_PURPOSES = tuple((purpose.value, purpose.value.capitalize()) for purpose in Purpose)
REQUEST_KINDS = (
    ("access", "Access"),
    ("correction", "Correction"),
    ("deletion", "Deletion"),
    ("portability", "Portability"),
    ("objection", "Objection"),
    ("withdrawal", "Withdrawal of consent"),
    ("grievance", "Grievance"),
)


class Consent(Entity):
    """A person's yes or no to one purpose, with the text they saw. DPDP Act 2023, section 6."""

    __tablename__ = "consent"
    __facts__ = EntityFacts(
        label="Consent", plural="Consents", scope=ScopeRule(parents=(("lead_id", "lead"), ("contact_id", "contact"))),
        title="for_purpose", retention="compliance", purpose=Purpose.COMPLIANCE, subject=_SUBJECT, append_only=True,
        indexes=(("lead_id",), ("contact_id",)),
    )  # fmt: skip
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", write=Write.ONCE, merge=Merge.SERVER)
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", write=Write.ONCE, merge=Merge.SERVER)
    for_purpose: Mapped[str] = column(
        "Purpose", Kind.CHOICE, required=True, choices=_PURPOSES, write=Write.ONCE, merge=Merge.SERVER
    )
    decision: Mapped[str] = column(
        "Decision", Kind.CHOICE, required=True, write=Write.ONCE, merge=Merge.SERVER,
        choices=(("given", "Given"), ("withdrawn", "Withdrawn"), ("objected", "Objected")),
    )  # fmt: skip
    source: Mapped[str] = column("How it was given", required=True, write=Write.ONCE, merge=Merge.SERVER)
    text_version: Mapped[str | None] = column("Text shown", write=Write.ONCE, merge=Merge.SERVER)
    decided_at: Mapped[int] = column("When", Kind.INSTANT, required=True, write=Write.ONCE, merge=Merge.SERVER)


class PrivacyRequest(Entity):
    """A customer's legal request. DPDP Act 2023, sections 11 to 14; GDPR, articles 15 to 22."""

    __tablename__ = "privacy_request"
    __facts__ = EntityFacts(
        label="Privacy request", plural="Privacy requests", scope=_DESK, title="kind", retention="compliance",
        purpose=Purpose.COMPLIANCE, subject=_SUBJECT, indexes=(("contact_id",), ("lead_id",)),
    )  # fmt: skip
    kind: Mapped[str] = column(
        "Kind", Kind.CHOICE, required=True, choices=REQUEST_KINDS, write=Write.ONCE, merge=Merge.SERVER
    )
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", merge=Merge.SERVER)
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", merge=Merge.SERVER)
    received_at: Mapped[int] = column("Received", Kind.INSTANT, required=True, write=Write.ONCE, merge=Merge.SERVER)
    due_at: Mapped[int | None] = column("Due", Kind.INSTANT, merge=Merge.SERVER, sort=True)
    status: Mapped[str] = column(
        "Status", Kind.CHOICE, required=True,
        choices=(("open", "Open"), ("paused", "Paused"), ("done", "Done"), ("refused", "Refused")),
    )  # fmt: skip
    assignee_id: Mapped[str | None] = column("Assigned to", Kind.REF, ref="user", merge=Merge.CLIENT)
    requested: Mapped[str | None] = column(
        "In the customer's words", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, max_length=10_000
    )
    decision: Mapped[str | None] = column(
        "Decision", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, max_length=10_000
    )


class LegalHold(Entity):
    """A reason why data of a person must stay although erasure was asked. Per field."""

    __tablename__ = "legal_hold"
    __facts__ = EntityFacts(
        label="Legal hold", plural="Legal holds", scope=_DESK, title="reason", retention="compliance",
        purpose=Purpose.COMPLIANCE, subject=_SUBJECT, indexes=(("contact_id",), ("lead_id",)),
    )  # fmt: skip
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", write=Write.ONCE, merge=Merge.SERVER)
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", write=Write.ONCE, merge=Merge.SERVER)
    reason: Mapped[str] = column("Reason", required=True, merge=Merge.SERVER)
    law: Mapped[str] = column("Section of law", required=True, merge=Merge.SERVER)
    held_fields: Mapped[str | None] = column("Fields held", Kind.TAGS, merge=Merge.UNION)
    expires_on: Mapped[str | None] = column("Until", Kind.DATE, merge=Merge.SERVER)


class Disclosure(Entity):
    """Personal data that left the company: to whom, on what basis, which fields, where."""

    __tablename__ = "disclosure"
    __facts__ = EntityFacts(
        label="Disclosure", plural="Disclosure register", scope=_DESK, title="recipient", retention="compliance",
        purpose=Purpose.COMPLIANCE, subject=_SUBJECT, append_only=True, indexes=(("contact_id",), ("lead_id",)),
    )  # fmt: skip
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", write=Write.ONCE, merge=Merge.SERVER)
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", write=Write.ONCE, merge=Merge.SERVER)
    recipient: Mapped[str] = column("Recipient", required=True, write=Write.ONCE, merge=Merge.SERVER)
    basis: Mapped[str] = column("Basis", required=True, write=Write.ONCE, merge=Merge.SERVER)
    data_fields: Mapped[str | None] = column("Data", Kind.TAGS, write=Write.ONCE, merge=Merge.SERVER)
    country: Mapped[str] = column("Country", required=True, write=Write.ONCE, merge=Merge.SERVER, max_length=2)
    safeguard: Mapped[str | None] = column("Safeguard", write=Write.ONCE, merge=Merge.SERVER)
    disclosed_at: Mapped[int] = column("When", Kind.INSTANT, required=True, write=Write.ONCE, merge=Merge.SERVER)
    package_sha256: Mapped[str | None] = column(
        "Package", Kind.SHA256, write=Write.ONCE, merge=Merge.SERVER, max_length=64
    )


class PolicyVersion(Entity):
    """One published text of the privacy policy."""

    __tablename__ = "policy_version"
    __facts__ = EntityFacts(
        label="Policy version", plural="Policy versions", scope=ScopeRule(ref=True), title="version",
        retention="compliance", purpose=Purpose.COMPLIANCE,
    )  # fmt: skip
    version: Mapped[str] = column("Version", required=True, write=Write.ONCE, merge=Merge.SERVER)
    language: Mapped[str] = column("Language", required=True, write=Write.ONCE, merge=Merge.SERVER, max_length=8)
    body: Mapped[str] = column(
        "Text", Kind.LONG_TEXT, required=True, write=Write.ONCE, merge=Merge.SERVER, max_length=100_000
    )
    body_sha256: Mapped[str] = column(
        "SHA-256", Kind.SHA256, required=True, write=Write.SERVER, merge=Merge.SERVER, max_length=64
    )
    effective_on: Mapped[str] = column("In force from", Kind.DATE, required=True, merge=Merge.SERVER)


class PolicyAcceptance(Entity):
    """A member of staff accepted a policy version."""

    __tablename__ = "policy_acceptance"
    __facts__ = EntityFacts(
        label="Policy acceptance", plural="Policy acceptances", scope=ScopeRule(owners=("user_id",), desk=True),
        title="accepted_at", retention="compliance", purpose=Purpose.COMPLIANCE, append_only=True,
        subject=(("user_id", "user"),), indexes=(("user_id",),),
    )  # fmt: skip
    user_id: Mapped[str] = column(
        "Member of staff", Kind.REF, ref="user", required=True, write=Write.ONCE, merge=Merge.SERVER
    )
    policy_version_id: Mapped[str] = column(
        "Version", Kind.REF, ref="policy_version", required=True, write=Write.ONCE, merge=Merge.SERVER
    )
    accepted_at: Mapped[int] = column("When", Kind.INSTANT, required=True, write=Write.ONCE, merge=Merge.SERVER)


class Incident(Entity):
    """A personal-data breach or the suspicion of one. CERT-In directions of 28 April 2022; DPDP Act, section 8(6)."""

    __tablename__ = "incident"
    __facts__ = EntityFacts(
        label="Incident", plural="Incidents", scope=_DESK, title="title", retention="compliance",
        purpose=Purpose.SECURITY,
    )  # fmt: skip
    title: Mapped[str] = column("Title", required=True, personal=Personal.FREE_TEXT, erase=Erase.REPLACE)
    detected_at: Mapped[int] = column("Detected", Kind.INSTANT, required=True, merge=Merge.SERVER, sort=True)
    status: Mapped[str] = column(
        "Status", Kind.CHOICE, required=True,
        choices=(("open", "Open"), ("contained", "Contained"), ("closed", "Closed"), ("drill", "Drill")),
    )  # fmt: skip
    description: Mapped[str | None] = column(
        "What happened", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND,
        max_length=100_000,
    )  # fmt: skip
