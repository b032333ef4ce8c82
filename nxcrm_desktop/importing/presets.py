"""Mappings for the exports of known systems: which column goes where, and what its words mean here.

A preset also declares the region its phone numbers are written for, because a number without a country code says
nothing of itself: the same ten digits are a mobile in India and another in the United States.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from nxcrm_desktop.domain.phones import HOME_REGION
from nxcrm_desktop.errors import NxcrmError


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of one column.

    ``words``: what the old system wrote (case-folded) → the value here; any other word refuses the row.
    ``formats``: strptime patterns tried for times. ``ref``: columns of the referred entity that may hold the text.
    ``blanks``: texts that mean nothing is there. ``tag``: the text becomes a tag with this prefix – always when the
    field is ``tags``, or when a reference finds nobody. ``tagged``: words kept as a tag too, as their value says less.
    """

    field: str
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    formats: tuple[str, ...] = ()
    ref: tuple[str, ...] = ()
    blanks: frozenset[str] = frozenset()
    tag: str | None = None
    tagged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Preset:
    """A named mapping for one entity. ``defaults`` are machine values for fields that no column gives."""

    name: str
    label: str
    entity: str
    rules: Mapping[str, Rule]
    region: str = HOME_REGION
    defaults: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


_LONG_TIME = ("%d %b, %Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")
_NOBODY = frozenset({"0"})
_OWNER = Rule("owner_id", ref=("full_name", "username"), tag="Earlier owner: ")

# Zoho CRM's default statuses, and those of its sample organisation.
_LEAD_STATUS = {
    "not contacted": "new",
    "-none-": "new",
    "attempted to contact": "attempted",
    "contacted": "contacted",
    "contact in future": "contacted",
    "pre-qualified": "qualified",
    "pre qualified": "qualified",
    "not qualified": "lost",
    "lost lead": "lost",
    "junk lead": "junk",
}
_TASK_STATUS = {
    "not started": "open",
    "in progress": "open",
    "deferred": "open",
    "waiting for input": "open",
    "waiting on someone else": "open",
    "completed": "done",
}

_LEADS = Preset(
    "zoho-leads", "Zoho CRM: leads", "lead", region="US",
    rules={
        "LEADID": Rule("external_ref"),
        "First Name": Rule("name"),
        "Last Name": Rule("name"),
        "Company": Rule("company_name"),
        "Email": Rule("email"),
        "Mobile": Rule("phone"),
        "Phone": Rule("alt_phone"),
        "Website": Rule("website"),
        "Industry": Rule("industry"),
        "City": Rule("city"),
        "Lead Source": Rule("source"),
        "Lead Status": Rule("stage", words=_LEAD_STATUS, tagged=frozenset({"contact in future", "not qualified"})),
        "Lead Owner": _OWNER,
        "Created Time": Rule("enquired_at", formats=_LONG_TIME),
        "Description": Rule("notes"),
    },
)  # fmt: skip
_CONTACTS = Preset(
    "zoho-contacts", "Zoho CRM: contacts", "contact", region="US",
    rules={
        "CONTACTID": Rule("external_ref"),
        "First Name": Rule("full_name"),
        "Last Name": Rule("full_name"),
        "Email": Rule("email"),
        "Mobile": Rule("phone"),
        "Phone": Rule("alt_phone"),
        "Lead Source": Rule("source"),
        "Account Id": Rule("company_id", ref=("external_ref",), blanks=_NOBODY),
        "Contact Owner": _OWNER,
        "Description": Rule("notes"),
    },
)  # fmt: skip
_ACCOUNTS = Preset(
    "zoho-accounts", "Zoho CRM: accounts", "company", region="US",
    rules={
        "ACCOUNTID": Rule("external_ref"),
        "Account Name": Rule("name"),
        "Account Owner": _OWNER,
        "Account Type": Rule("tags", tag=""),
        "Industry": Rule("industry"),
        "Website": Rule("website"),
        "Phone": Rule("phone"),
        "Description": Rule("notes"),
    },
)  # fmt: skip
_CALLS = Preset(
    "zoho-calls", "Zoho CRM: calls", "communication", region="US",
    rules={
        "TASKID": Rule("external_ref"),
        "Call Start Time": Rule("happened_at", formats=_LONG_TIME),
        "Call Duration (in seconds)": Rule("duration_s"),
        "Subject": Rule("subject"),
        "Call Type": Rule("direction", words={"inbound": "in", "outbound": "out"}),
        "Call Purpose": Rule("outcome"),
        "LEADID": Rule("lead_id", ref=("external_ref",), blanks=_NOBODY),
        "CONTACTID": Rule("contact_id", ref=("external_ref",), blanks=_NOBODY),
    },
    defaults={"kind": "call"},
)  # fmt: skip
_TASKS = Preset(
    "zoho-tasks", "Zoho CRM: tasks", "task", region="US",
    rules={
        "Subject": Rule("subject"),
        "Task Owner": Rule("assignee_id", ref=("full_name", "username")),
        "Due Date": Rule("due_at", formats=_LONG_TIME),
        "Status": Rule("status", words=_TASK_STATUS),
    },
)  # fmt: skip
_CARS = Preset(
    "cardekho-cars", "CarDekho: cars for sale", "vehicle",
    rules={
        "car_name": Rule("model"),
        "brand_name": Rule("make"),
        "year_of_selling": Rule("year"),
        "selling_price": Rule("asking_paise"),
        "km_driven": Rule("odometer_km"),
        "fuel": Rule("fuel"),
        "transmission": Rule("transmission"),
        "owner": Rule("ownership"),
    },
)  # fmt: skip

PRESETS: Mapping[str, Preset] = {p.name: p for p in (_LEADS, _CONTACTS, _ACCOUNTS, _CALLS, _TASKS, _CARS)}


def preset(name: str) -> Preset:
    """The preset of that name. Raises NxcrmError ``unknown_preset``."""
    try:
        return PRESETS[name]
    except KeyError:
        raise NxcrmError(
            "unknown_preset",
            f"There is no import preset called “{name}”.",
            safe="Nothing was imported.",
            todo=f"Presets are: {', '.join(PRESETS)}.",
        ) from None


def suggest(entity: str, columns: tuple[str, ...]) -> str | None:
    """The preset most of whose columns a file has, for a person to accept; None when none fits."""
    present = {column.casefold() for column in columns}
    for candidate in PRESETS.values():
        known = {name.casefold() for name in candidate.rules}
        if candidate.entity == entity and len(known & present) > len(present) / 2:
            return candidate.name
    return None
