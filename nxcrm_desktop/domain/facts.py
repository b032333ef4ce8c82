"""What is known about every column and every entity. All other parts of the product are derived from these facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ALL_ROLES: frozenset[Role]


class Role(StrEnum):
    """Roles of staff, as the command line spells them."""

    SALES = "sales"
    MANAGER = "manager"
    FINANCE = "finance"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"
    ADMIN = "admin"


ALL_ROLES = frozenset(Role)


class Kind(StrEnum):
    """The type of a value. Stored, and sent, as text or as a 64-bit integer or as null; nothing else."""

    ID = "id"  # UUIDv7, 36 characters, lower case
    REF = "ref"  # id of a row of the entity named by ``Facts.ref``
    TEXT = "text"  # one line
    LONG_TEXT = "long_text"  # several lines
    PHONE = "phone"  # E.164
    EMAIL = "email"  # addr-spec of RFC 5322, lower-cased domain
    CHOICE = "choice"  # one of ``Facts.choices``
    STAGE = "stage"  # ``key`` of a lead_stage row
    TAGS = "tags"  # JSON array of distinct strings, sorted
    JSON = "json"  # JSON text, canonical (sorted keys, no spaces)
    INTEGER = "integer"
    MONEY = "money"  # integer paise
    BOOL = "bool"  # 0 or 1
    DATE = "date"  # ISO 8601 calendar date, YYYY-MM-DD
    INSTANT = "instant"  # UTC, milliseconds since 1970-01-01T00:00Z
    REGISTRATION = "registration"  # Indian vehicle registration mark, upper case, no separators
    GSTIN = "gstin"
    PAN = "pan"
    SHA256 = "sha256"  # 64 hexadecimal digits, lower case

    @property
    def is_integer(self) -> bool:
        """Whether a value of this kind is an integer; every other kind is text."""
        return self in _INTEGER_KINDS


_INTEGER_KINDS = frozenset({Kind.INTEGER, Kind.MONEY, Kind.BOOL, Kind.INSTANT})


class Personal(StrEnum):
    """Personal-data class of a column. SENSITIVE: SPDI Rules 2011, rule 3."""

    NONE = "none"
    IDENTITY = "identity"
    CONTACT = "contact"
    FINANCIAL = "financial"
    SENSITIVE = "sensitive"
    FREE_TEXT = "free_text"
    TECHNICAL = "technical"


class Purpose(StrEnum):
    """Why a column is held; the purposes of the privacy policy."""

    SERVICE = "service"
    AUTHENTICATION = "authentication"
    OPERATIONS = "operations"
    NOTIFICATIONS = "notifications"
    SECURITY = "security"
    COMPLIANCE = "compliance"
    ANALYTICS = "analytics"


class Erase(StrEnum):
    """What erasing the person does to the column."""

    KEEP = "keep"  # says nothing about the person once the others are gone
    CLEAR = "clear"  # set to null
    REPLACE = "replace"  # set to a fixed word, because the column may not be null
    BOOKS = "books"  # kept while the law wants the books kept, then cleared


class Merge(StrEnum):
    """What happens when two people changed the same field to different values."""

    SERVER = "server"  # what reached the server first stays
    CLIENT = "client"  # what reached the server last wins
    UNION = "union"  # sets: additions and removals of both
    APPEND = "append"  # texts: both, one after the other
    REVIEW = "review"  # a conflict record, for a person to resolve


class Write(StrEnum):
    """Who may set a column."""

    USER = "user"  # whoever may update the row
    ONCE = "once"  # at creation, by whoever may create the row
    MANAGER = "manager"  # at creation by anyone, afterwards by managers and administrators
    SERVER = "server"  # computed; a device may show a guess, the server decides


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one column. ``label`` is English and is translated by the interface."""

    label: str
    kind: Kind
    personal: Personal = Personal.NONE
    purpose: Purpose = Purpose.OPERATIONS
    erase: Erase = Erase.KEEP
    merge: Merge = Merge.REVIEW
    write: Write = Write.USER
    search: bool = False  # its words go into the full-text index
    sort: bool = False  # lists may be ordered by it: an index (column, id) exists
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # (value, label)
    ref: str = ""
    max_length: int = 200
    minimum: int | None = None
    hidden_from: frozenset[Role] = frozenset()  # masked: these roles are never sent the value
    grouped: bool = True  # show an integer with lakh grouping; a year is not
    help: str = ""
    since: int = 1  # version of the dictionary it came with; columns are appended, so it never falls along a row
    formerly: tuple[str, ...] = ()  # names it had in earlier versions: edits made under those still find it
    default: str | int | None = None  # what a row made before the column existed is given where one is required


@dataclass(frozen=True, slots=True)
class ScopeRule:
    """How the scopes of a row follow from the row. The set is the union of all that applies.

    ``owners``: columns that hold a user id → ``owner:<user>``. ``parents``: (column, entity) whose row's scopes are
    inherited. ``children``: (entity, column) rows pointing here that lend theirs (a customer is seen by the owner of
    each of their leads). ``subject``: (entity column, id column) of a row named by value. ``shared``: columns of user
    ids → ``share:<user>``. ``ref``: everyone. ``desk``: the privacy desk. If nothing applies, the creator sees the row.
    """

    owners: tuple[str, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    children: tuple[tuple[str, str], ...] = ()
    subject: tuple[str, str] | None = None
    shared: tuple[str, ...] = ()
    ref: bool = False
    desk: bool = False


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """What is known of one entity. ``retention`` is a class of the retention table, by name."""

    label: str
    plural: str
    scope: ScopeRule
    title: str  # the column that names a row to a person
    retention: str
    purpose: Purpose = Purpose.OPERATIONS
    subject: tuple[tuple[str, str], ...] = ()  # (column, entity) that tie a row to the person it is about
    is_person: bool = False  # the row itself describes a person outside the company, or a member of staff
    append_only: bool = False  # no updates but by the server, no deletes
    server_only: bool = False  # never sent to a device
    importable: bool = False
    unique_hint: tuple[str, ...] = ()  # columns whose equal values make two rows look like duplicates
    indexes: tuple[tuple[str, ...], ...] = ()
    since: int = 1  # version of the dictionary it came with


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table outside the dictionary (outbox, sessions, feed …) holds, and how a person's traces leave it."""

    holds: str
    personal: Personal
    erased_by: str
    columns: Mapping[str, str] = field(default_factory=dict)
