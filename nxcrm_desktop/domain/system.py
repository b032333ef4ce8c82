"""Conflicts, refused edits and look-alikes, saved views, the audit trail and usage events."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from nxcrm_desktop.domain.base import Entity, column
from nxcrm_desktop.domain.facts import EntityFacts, Erase, Kind, Merge, Personal, Purpose, ScopeRule, Write

_OF_ROW = ScopeRule(subject=("entity", "row_id"))


class Conflict(Entity):
    """Two people changed one field of one row. What the server kept is ``theirs``; ``mine`` is the other value."""

    __tablename__ = "conflict"
    __facts__ = EntityFacts(
        label="Conflict", plural="Conflicts", scope=_OF_ROW, title="field", retention="lead",
        subject=(("row_id", "*"),), indexes=(("row_id",), ("status",)),
    )  # fmt: skip
    entity: Mapped[str] = column("Of", required=True, write=Write.SERVER, merge=Merge.SERVER)
    row_id: Mapped[str] = column("Row", required=True, write=Write.SERVER, merge=Merge.SERVER)
    field: Mapped[str] = column("Field", required=True, write=Write.SERVER, merge=Merge.SERVER)
    base: Mapped[str | None] = column(
        "Before", Kind.JSON, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, write=Write.SERVER, merge=Merge.SERVER,
        max_length=100_000,
    )  # fmt: skip
    mine: Mapped[str | None] = column(
        "The value set aside", Kind.JSON, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, write=Write.SERVER,
        merge=Merge.SERVER, max_length=100_000,
    )  # fmt: skip
    theirs: Mapped[str | None] = column(
        "The value kept", Kind.JSON, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, write=Write.SERVER,
        merge=Merge.SERVER, max_length=100_000,
    )  # fmt: skip
    mine_by: Mapped[str | None] = column("Set aside from", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.SERVER)
    mine_at: Mapped[int | None] = column("Set aside, typed", Kind.INSTANT, write=Write.SERVER, merge=Merge.SERVER)
    theirs_by: Mapped[str | None] = column("Kept from", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.SERVER)
    theirs_at: Mapped[int | None] = column("Kept, received", Kind.INSTANT, write=Write.SERVER, merge=Merge.SERVER)
    status: Mapped[str] = column(
        "Status", Kind.CHOICE, required=True, merge=Merge.SERVER,
        choices=(("open", "Open"), ("mine", "Mine taken"), ("server", "Server's kept"), ("merged", "Merged")),
    )  # fmt: skip
    replaced: Mapped[str | None] = column(
        "Held when it was resolved", Kind.JSON, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.SERVER,
        max_length=100_000, since=2,
    )  # fmt: skip
    result: Mapped[str | None] = column(
        "Held since it was resolved", Kind.JSON, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.SERVER,
        max_length=100_000, since=2,
    )  # fmt: skip


class Quarantine(Entity):
    """An edit the server refused, kept for a manager to review. Nothing typed vanishes."""

    __tablename__ = "quarantine"
    __facts__ = EntityFacts(
        label="Refused edit", plural="Refused edits", title="reason",
        scope=ScopeRule(subject=("entity", "row_id"), owners=("author_id",)),
        retention="lead", subject=(("row_id", "*"),), indexes=(("row_id",), ("status",)),
    )  # fmt: skip
    entity: Mapped[str] = column("Of", required=True, write=Write.SERVER, merge=Merge.SERVER)
    row_id: Mapped[str] = column("Row", required=True, write=Write.SERVER, merge=Merge.SERVER)
    op: Mapped[str] = column("Edit", required=True, write=Write.SERVER, merge=Merge.SERVER)
    changes: Mapped[str] = column(
        "What was typed", Kind.JSON, required=True, personal=Personal.FREE_TEXT, erase=Erase.REPLACE,
        write=Write.SERVER, merge=Merge.SERVER, max_length=1_000_000,
    )  # fmt: skip
    reason: Mapped[str] = column("Refused because", required=True, write=Write.SERVER, merge=Merge.SERVER)
    author_id: Mapped[str | None] = column("Typed by", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.SERVER)
    typed_at: Mapped[int | None] = column("Typed", Kind.INSTANT, write=Write.SERVER, merge=Merge.SERVER)
    status: Mapped[str] = column(
        "Status", Kind.CHOICE, required=True, merge=Merge.SERVER,
        choices=(
            ("open", "Open"), ("applied", "Applied"), ("dismissed", "Dismissed"), ("returned", "Given back"),
            ("withdrawn", "Withdrawn"),
        ),
    )  # fmt: skip
    code: Mapped[str | None] = column("Code", write=Write.SERVER, merge=Merge.SERVER, max_length=40, since=2)
    note: Mapped[str | None] = column(
        "What was decided, and why", Kind.LONG_TEXT, personal=Personal.FREE_TEXT, erase=Erase.CLEAR, merge=Merge.APPEND,
        max_length=2000, since=2,
    )  # fmt: skip


class Duplicate(Entity):
    """A row that says the same in one field as another of its kind: perhaps one person or car, recorded twice.

    There is one for each of the rows, tied together by ``group_id``. It names neither the other rows nor what they
    say, so that whoever sees one row alone learns nothing of the others; who sees several can lay them side by side.
    """

    __tablename__ = "duplicate"
    __facts__ = EntityFacts(
        label="Possible duplicate", plural="Possible duplicates", scope=_OF_ROW, title="field", retention="lead",
        subject=(("row_id", "*"),), indexes=(("row_id",), ("group_id",), ("status",)), since=2,
    )  # fmt: skip
    entity: Mapped[str] = column("Of", required=True, write=Write.SERVER, merge=Merge.SERVER, since=2)
    row_id: Mapped[str] = column("Row", required=True, write=Write.SERVER, merge=Merge.SERVER, since=2)
    field: Mapped[str] = column("Same in", required=True, write=Write.SERVER, merge=Merge.SERVER, since=2)
    group_id: Mapped[str] = column("Group", required=True, write=Write.SERVER, merge=Merge.SERVER, since=2)
    status: Mapped[str] = column(
        "Status", Kind.CHOICE, required=True, merge=Merge.SERVER, since=2,
        choices=(("open", "Open"), ("kept", "Not the same"), ("merged", "Merged")),
    )  # fmt: skip


class SavedView(Entity):
    """A list with its filters, columns and order, by name."""

    __tablename__ = "saved_view"
    __facts__ = EntityFacts(
        label="Saved view", plural="Saved views", scope=ScopeRule(owners=("owner_id",), shared=("shared_with",)),
        title="name", retention="reference", purpose=Purpose.SERVICE,
    )  # fmt: skip
    name: Mapped[str] = column("Name", required=True, merge=Merge.CLIENT)
    entity: Mapped[str] = column("Of", required=True, write=Write.ONCE, merge=Merge.SERVER)
    definition: Mapped[str] = column(
        "Definition", Kind.JSON, required=True, merge=Merge.CLIENT, personal=Personal.FREE_TEXT, erase=Erase.REPLACE,
        max_length=10_000,
    )  # fmt: skip
    owner_id: Mapped[str | None] = column("Owner", Kind.REF, ref="user", write=Write.ONCE, merge=Merge.SERVER)
    shared_with: Mapped[str | None] = column("Shared with", Kind.REF, ref="user", merge=Merge.CLIENT)


class AuditEvent(Entity):
    """One line of the audit trail, chained to the one before by hash. Holds ids, never contents."""

    __tablename__ = "audit_event"
    __facts__ = EntityFacts(
        label="Audit event", plural="Audit trail", scope=ScopeRule(), title="action", retention="audit",
        purpose=Purpose.SECURITY, append_only=True, server_only=True, indexes=(("position",), ("happened_at",)),
    )  # fmt: skip
    position: Mapped[int] = column("Position", Kind.INTEGER, required=True, write=Write.SERVER, merge=Merge.SERVER)
    happened_at: Mapped[int] = column("When", Kind.INSTANT, required=True, write=Write.SERVER, merge=Merge.SERVER)
    actor_id: Mapped[str | None] = column("Who", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.SERVER)
    device_id: Mapped[str | None] = column(
        "Device", personal=Personal.TECHNICAL, write=Write.SERVER, merge=Merge.SERVER, purpose=Purpose.SECURITY
    )
    action: Mapped[str] = column("Action", required=True, write=Write.SERVER, merge=Merge.SERVER)
    entity: Mapped[str | None] = column("Of", write=Write.SERVER, merge=Merge.SERVER)
    row_id: Mapped[str | None] = column("Row", write=Write.SERVER, merge=Merge.SERVER)
    detail: Mapped[str | None] = column("Detail", Kind.JSON, write=Write.SERVER, merge=Merge.SERVER, max_length=4000)
    previous_hash: Mapped[str] = column("Previous hash", required=True, write=Write.SERVER, merge=Merge.SERVER)
    hash: Mapped[str] = column("Hash", required=True, write=Write.SERVER, merge=Merge.SERVER)


class UsageEvent(Entity):
    """Use of a feature; recorded only while the member of staff has switched it on."""

    __tablename__ = "usage_event"
    __facts__ = EntityFacts(
        label="Usage event", plural="Usage events", scope=ScopeRule(owners=("user_id",)), title="feature",
        retention="usage", purpose=Purpose.ANALYTICS, append_only=True, subject=(("user_id", "user"),),
    )  # fmt: skip
    user_id: Mapped[str | None] = column(
        "Member of staff", Kind.REF, ref="user", write=Write.ONCE, merge=Merge.SERVER, erase=Erase.CLEAR,
        purpose=Purpose.ANALYTICS,
    )  # fmt: skip
    happened_at: Mapped[int] = column(
        "When", Kind.INSTANT, required=True, write=Write.ONCE, merge=Merge.SERVER, purpose=Purpose.ANALYTICS
    )
    feature: Mapped[str] = column(
        "Feature", required=True, write=Write.ONCE, merge=Merge.SERVER, purpose=Purpose.ANALYTICS
    )
