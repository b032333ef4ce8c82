"""How long each class of data is kept, and why: the retention table of the privacy policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """One class: what it covers, how long it stays, and the law or policy that says so."""

    label: str
    period: str
    source: str


RETENTION: Mapping[str, RetentionClass] = MappingProxyType({
    "customer": RetentionClass(
        "Customer records", "while the relation lasts, then until no claim can arise", "Privacy policy, retention"
    ),
    "lead": RetentionClass("Enquiries", "while the enquiry is of use", "Privacy policy, retention"),
    "communication": RetentionClass("Communications", "as long as what they belong to", "Privacy policy, retention"),
    "document": RetentionClass("Papers", "as long as the enquiry or deal they belong to", "Privacy policy, retention"),
    "books": RetentionClass("Books of account", "8 financial years", "Companies Act 2013, section 128(5)"),
    "compliance": RetentionClass("Proof of compliance", "while it may have to be shown", "DPDP Act 2023, section 8"),
    "audit": RetentionClass("Audit trail", "at least 1 year", "DPDP Rules 2025, rule 6"),
    "reference": RetentionClass("Reference lists", "while in use", "Privacy policy, retention"),
    "staff": RetentionClass("Staff records", "while employed, then as labour law asks", "Privacy policy, retention"),
    "usage": RetentionClass("Usage events", "90 days", "Privacy policy, cookies and analytics"),
})  # fmt: skip
