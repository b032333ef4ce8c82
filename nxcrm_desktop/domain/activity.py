"""What was said, what is to be done, and the papers."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from nxcrm_desktop.domain.base import Entity, column
from nxcrm_desktop.domain.facts import EntityFacts, Erase, Kind, Merge, Personal, Purpose, Role, ScopeRule, Write

_CONFIDENTIAL = frozenset({Role.FINANCE, Role.AUDITOR})
_SUBJECT = (("contact_id", "contact"), ("lead_id", "lead"))
_PARENTS = (("lead_id", "lead"), ("contact_id", "contact"))

COMMUNICATION_KINDS = (
    ("call", "Call"),
    ("email", "E-mail"),
    ("note", "Note"),
    ("meeting", "Meeting"),
    ("message", "Message"),
)
DOCUMENT_CATEGORIES = (
    ("rc", "Registration certificate"),
    ("insurance", "Insurance"),
    ("identity", "Identity proof"),
    ("address", "Address proof"),
    ("agreement", "Agreement"),
    ("invoice", "Invoice"),
    ("photo", "Photo"),
    ("other", "Other"),
)


class Communication(Entity):
    """A call, e-mail, note, meeting or message on a customer's timeline."""

    __tablename__ = "communication"
    __facts__ = EntityFacts(
        label="Communication", plural="Communications", scope=ScopeRule(parents=_PARENTS), title="subject",
        retention="communication", purpose=Purpose.SERVICE, subject=_SUBJECT, importable=True,
        indexes=(("lead_id", "happened_at"), ("contact_id",)),
    )  # fmt: skip
    kind: Mapped[str] = column(
        "Kind", Kind.CHOICE, required=True, choices=COMMUNICATION_KINDS, write=Write.ONCE, merge=Merge.SERVER
    )
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", write=Write.ONCE, merge=Merge.SERVER)
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", write=Write.ONCE, merge=Merge.SERVER)
    direction: Mapped[str | None] = column(
        "Direction", Kind.CHOICE, choices=(("in", "From the customer"), ("out", "To the customer"))
    )
    happened_at: Mapped[int] = column("When", Kind.INSTANT, required=True, merge=Merge.CLIENT, sort=True)
    duration_s: Mapped[int | None] = column("Duration, seconds", Kind.INTEGER, minimum=0, merge=Merge.CLIENT)
    subject: Mapped[str | None] = column("Subject", personal=Personal.FREE_TEXT, erase=Erase.CLEAR, search=True)
    body: Mapped[str | None] = column(
        "Text", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND, search=True,
        max_length=100_000, hidden_from=_CONFIDENTIAL,
    )  # fmt: skip
    outcome: Mapped[str | None] = column("Outcome", personal=Personal.FREE_TEXT, erase=Erase.CLEAR)
    external_ref: Mapped[str | None] = column("Reference in the old system", write=Write.ONCE, merge=Merge.SERVER)


class Task(Entity):
    """A follow-up: something to do for a customer by some time."""

    __tablename__ = "task"
    __facts__ = EntityFacts(
        label="Follow-up", plural="Follow-ups", scope=ScopeRule(parents=_PARENTS, owners=("assignee_id",)),
        title="subject", retention="lead", subject=_SUBJECT, importable=True,
        indexes=(("lead_id",), ("contact_id",), ("assignee_id", "due_at")),
    )  # fmt: skip
    subject: Mapped[str] = column(
        "Subject", required=True, personal=Personal.FREE_TEXT, erase=Erase.REPLACE, search=True
    )
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", write=Write.ONCE, merge=Merge.SERVER)
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", write=Write.ONCE, merge=Merge.SERVER)
    assignee_id: Mapped[str | None] = column("Assigned to", Kind.REF, ref="user", merge=Merge.SERVER)
    due_at: Mapped[int | None] = column("Due", Kind.INSTANT, merge=Merge.CLIENT, sort=True)
    status: Mapped[str] = column(
        "Status", Kind.CHOICE, required=True, merge=Merge.CLIENT,
        choices=(("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")),
    )  # fmt: skip
    done_at: Mapped[int | None] = column("Done", Kind.INSTANT, merge=Merge.CLIENT)
    outcome: Mapped[str | None] = column("Outcome", personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND)


class Document(Entity):
    """A paper of a customer or a deal; its bytes are in its versions."""

    __tablename__ = "document"
    __facts__ = EntityFacts(
        label="Document", plural="Documents",
        scope=ScopeRule(parents=(*_PARENTS, ("transaction_id", "transaction"))), title="title",
        retention="document", purpose=Purpose.SERVICE, subject=(*_SUBJECT, ("transaction_id", "transaction")),
        indexes=(("lead_id",), ("contact_id",), ("transaction_id",), ("expires_on",)),
    )  # fmt: skip
    title: Mapped[str] = column(
        "Title", required=True, personal=Personal.FREE_TEXT, erase=Erase.REPLACE, search=True, sort=True
    )
    category: Mapped[str] = column(
        "Category", Kind.CHOICE, required=True, choices=DOCUMENT_CATEGORIES, merge=Merge.CLIENT, sort=True
    )
    lead_id: Mapped[str | None] = column("Lead", Kind.REF, ref="lead", write=Write.ONCE, merge=Merge.SERVER)
    contact_id: Mapped[str | None] = column("Customer", Kind.REF, ref="contact", write=Write.ONCE, merge=Merge.SERVER)
    transaction_id: Mapped[str | None] = column(
        "Transaction", Kind.REF, ref="transaction", write=Write.ONCE, merge=Merge.SERVER
    )
    expires_on: Mapped[str | None] = column("Valid until", Kind.DATE, sort=True)


class DocumentVersion(Entity):
    """One state of a document's bytes, addressed by their SHA-256."""

    __tablename__ = "document_version"
    __facts__ = EntityFacts(
        label="Document version", plural="Document versions", scope=ScopeRule(parents=(("document_id", "document"),)),
        title="file_name", retention="document", purpose=Purpose.SERVICE, append_only=True,
        subject=(("document_id", "document"),), indexes=(("document_id",), ("sha256",)),
    )  # fmt: skip
    document_id: Mapped[str] = column(
        "Document", Kind.REF, ref="document", required=True, write=Write.ONCE, merge=Merge.SERVER
    )
    number: Mapped[int] = column(
        "Version", Kind.INTEGER, required=True, minimum=1, write=Write.ONCE, merge=Merge.SERVER
    )
    file_name: Mapped[str] = column(
        "File name", required=True, personal=Personal.FREE_TEXT, erase=Erase.REPLACE, write=Write.ONCE,
        merge=Merge.SERVER, max_length=255,
    )  # fmt: skip
    media_type: Mapped[str] = column("Media type", required=True, write=Write.ONCE, merge=Merge.SERVER)
    size_bytes: Mapped[int] = column(
        "Size, bytes", Kind.INTEGER, required=True, minimum=0, write=Write.ONCE, merge=Merge.SERVER
    )
    sha256: Mapped[str] = column(
        "SHA-256", Kind.SHA256, required=True, personal=Personal.TECHNICAL, erase=Erase.REPLACE, write=Write.ONCE,
        merge=Merge.SERVER, max_length=64,
    )  # fmt: skip
