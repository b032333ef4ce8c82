"""Deciding what a file's columns mean: by a preset, by what the user says, or by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.phones import HOME_REGION
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.importing.mapping import Column, Plan
from nxcrm_desktop.importing.presets import Preset, Rule
from nxcrm_desktop.importing.source import Source

# What other programs call things, by the field they mean; the first field that the entity has is taken.
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "fullname": ("name", "full_name"), "customername": ("name", "full_name"), "leadname": ("name",),
    "mobile": ("phone",), "mobileno": ("phone",), "mobilenumber": ("phone",), "phonenumber": ("phone",),
    "phoneno": ("phone",), "contactnumber": ("phone",), "emailaddress": ("email",), "emailid": ("email",),
    "leadsource": ("source",), "leadstatus": ("stage",), "status": ("stage", "status"), "comments": ("notes",),
    "notes": ("notes",), "pin": ("pincode",), "postalcode": ("pincode",), "dob": ("date_of_birth",),
    "birthday": ("date_of_birth",), "registrationno": ("registration_number",), "regno": ("registration_number",),
    "vin": ("chassis_number",), "color": ("colour",), "brand": ("make",), "price": ("asking_paise",),
    "kilometres": ("odometer_km",), "km": ("odometer_km",),
}  # fmt: skip
_REF_KEYS: Mapping[str, tuple[str, ...]] = {
    "user": ("username", "full_name"), "company": ("external_ref", "name"), "vehicle": ("registration_number",),
}  # fmt: skip
_PERSON = {"lead": "customer"}
"""What lists of an entity call the person they name; with us that word is the label of another field."""
LEFT_OUT = "-"


@dataclass(frozen=True, slots=True)
class Request:
    """How the user wants a file read: by a preset, else by the columns' names.

    ``mapping`` (column → field, ``-`` leaves one out) is laid over either.
    """

    info: EntityInfo
    writable: frozenset[str]
    stages: Mapping[str, str]  # key or label of a stage, case-folded → key
    defaults: Mapping[str, Value]
    mapping: Mapping[str, str] | None = None
    preset: Preset | None = None


def plan(source: Source, request: Request) -> Plan:
    """What the columns of this file mean. Raises NxcrmError unknown_columns, unknown_field, duplicate_columns, …"""
    rules = _rules(source, request)
    chosen = tuple(
        Column(index, name, _with_stages(rules[name.casefold()], request), request.info.field(_field(rules, name)))
        for index, name in enumerate(source.columns)
        if name.casefold() in rules
    )
    _check(source, request, chosen)
    taken = {column.name for column in chosen}
    region = request.preset.region if request.preset else HOME_REGION
    defaults = {**request.defaults, **(request.preset.defaults if request.preset else {})}
    unmapped = tuple(name for name in source.columns if name not in taken)
    return Plan(request.info, chosen, unmapped, region, defaults)


def understood(source: Source, request: Request) -> dict[str, str]:
    """Column → field as far as the columns are understood, whether or not an import could run with them."""
    rules = _rules(source, request)
    return {name: _field(rules, name) for name in source.columns if name.casefold() in rules}


def by_name(info: EntityInfo, columns: Iterable[str]) -> dict[str, str]:
    """Columns whose names are those of fields, or what other programs call them: column → field, each field once."""
    known = {_plain(facts.label): name for name, facts in info.fields.items() if name not in ("id", "created_at")}
    known |= {_plain(name): name for name in info.fields}
    for word, candidates in _SYNONYMS.items():
        here = next((name for name in candidates if name in info.fields), None)
        if here:
            known.setdefault(word, here)
    found: dict[str, str] = {}
    for column in columns:
        name = known.get(_plain(column))
        if name and name not in found.values():
            found[column] = name
    if info.facts.title not in found.values():
        person = next((column for column in found if _plain(column) == _PERSON.get(info.name)), None)
        found |= {person: info.facts.title} if person else {}
    return found


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _field(rules: Mapping[str, Rule], name: str) -> str:
    return rules[name.casefold()].field


def _rules(source: Source, request: Request) -> dict[str, Rule]:
    """Case-folded column name → rule."""
    named = request.preset.rules if request.preset else _named(source, request)
    rules = {name.casefold(): rule for name, rule in named.items()}
    for column, name in (request.mapping or {}).items():
        _apply(rules, request, source, column, name)
    return rules


def _named(source: Source, request: Request) -> dict[str, Rule]:
    """Columns taken by their names, less those of fields that the mapping fills from elsewhere."""
    info = request.info
    elsewhere = {
        name for name in (request.mapping or {}).values() if name in info.fields and not _is_set(info.fields[name])
    }
    return {
        column: _rule(info, name)
        for column, name in by_name(info, source.columns).items()
        if name in request.writable and name not in elsewhere
    }


def _apply(rules: dict[str, Rule], request: Request, source: Source, column: str, name: str) -> None:
    key = " ".join(column.split()).casefold()
    if key not in {known.casefold() for known in source.columns}:
        raise _unknown_columns(source, f"{source.path.name} has no column “{column}”.")
    if name in ("", LEFT_OUT):
        rules.pop(key, None)
        return
    request.info.field(name)
    if name not in request.writable:
        raise NxcrmError(
            "not_allowed", f"The field “{name}” of {request.info.facts.plural.lower()} cannot be imported.",
            safe="Nothing was imported.", todo=f"Choose one of: {', '.join(sorted(request.writable))}.",
        )  # fmt: skip
    rules[key] = _rule(request.info, name)


def _rule(info: EntityInfo, name: str) -> Rule:
    facts = info.fields[name]
    if facts.kind is Kind.REF:
        return Rule(name, ref=_REF_KEYS.get(facts.ref, ("external_ref",)))
    return Rule(name)


def _with_stages(rule: Rule, request: Request) -> Rule:
    facts = request.info.fields.get(rule.field)
    if facts is None or facts.kind is not Kind.STAGE or rule.words:
        return rule
    return replace(rule, words=request.stages)


def _check(source: Source, request: Request, chosen: tuple[Column, ...]) -> None:
    if not chosen:
        raise _unknown_columns(source, f"{source.path.name} has no column that this import knows.")
    _refuse_ambiguity(source, request, chosen)
    given = {column.rule.field for column in chosen} | {*request.defaults}
    given |= {*request.preset.defaults} if request.preset else set()
    for name, facts in request.info.fields.items():
        if facts.required and name in request.writable and name not in given:
            raise _unknown_columns(source, f"No column of {source.path.name} gives “{facts.label}”, which is needed.")


def _refuse_ambiguity(source: Source, request: Request, chosen: tuple[Column, ...]) -> None:
    """A name that stands over two columns says nothing of which is meant; nor do two columns for one field."""
    present = {name.casefold() for name in source.columns}
    taken: dict[str, str] = {}
    for column in chosen:
        twin = taken.get(column.rule.field)
        if f"{column.name.casefold()} (2)" in present:
            raise _ambiguous(source, f"{source.path.name} has more than one column “{column.name}”.")
        if twin and not _may_join(request.info, column.rule.field, column.facts):
            raise _ambiguous(source, f"The columns “{twin}” and “{column.name}” are both mapped to one field.")
        taken[column.rule.field] = column.name


def _may_join(info: EntityInfo, name: str, facts: Facts) -> bool:
    return name == info.facts.title or _is_set(facts)


def _is_set(facts: Facts) -> bool:
    return facts.kind is Kind.TAGS


def _ambiguous(source: Source, happened: str) -> NxcrmError:
    return NxcrmError(
        "duplicate_columns", happened, safe="Nothing was imported.",
        todo="Give each column its own name, or leave all but one out.", details={"columns": len(source.columns)},
    )  # fmt: skip


def _unknown_columns(source: Source, happened: str) -> NxcrmError:
    return NxcrmError(
        "unknown_columns", happened, safe="Nothing was imported.",
        todo=f"Its columns are: {', '.join(source.columns[:40])}. Choose a preset or map them.",
    )  # fmt: skip
