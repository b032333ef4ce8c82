"""The dictionary is complete and true: every column has facts, and the facts agree with each other."""

from __future__ import annotations

import pytest
from sqlalchemy import Table

from nxcrm_desktop.domain.base import FACTS_KEY, Entity
from nxcrm_desktop.domain.dictionary import (
    BY_NUMBER,
    COMMON,
    ENTITIES,
    SCHEMA_VERSION,
    SYNCED,
    EntityInfo,
    entity,
    referring_to,
)
from nxcrm_desktop.domain.facts import Erase, Facts, Kind, Merge, Personal, Role, Write
from nxcrm_desktop.domain.permissions import RULES, Action, may, readable_fields, writable_fields
from nxcrm_desktop.errors import NxcrmError

ARCHITECTURE = {
    "user", "team", "contact", "company", "vehicle", "lead", "lead_stage", "stage_change", "transaction",
    "payment_entry", "communication", "task", "document", "document_version", "consent", "privacy_request",
    "legal_hold", "disclosure", "policy_version", "policy_acceptance", "incident", "saved_view", "audit_event",
    "usage_event",
}  # fmt: skip
COLUMNS = [(info.name, name) for info in ENTITIES.values() for name in info.columns]


def test_every_planned_entity_is_declared() -> None:
    assert set(ENTITIES) >= ARCHITECTURE


@pytest.mark.parametrize("table", Entity.metadata.tables.values(), ids=lambda table: table.name)
def test_every_column_carries_facts(table: Table) -> None:
    for column in table.columns:
        assert isinstance(column.info.get(FACTS_KEY), Facts), f"{table.name}.{column.name} has no facts"
        assert column.info[FACTS_KEY].label


@pytest.mark.parametrize(("name", "field"), COLUMNS)
def test_facts_of_a_column_agree(name: str, field: str) -> None:
    info = ENTITIES[name]
    facts = info.fields[field]
    is_reference = facts.kind is Kind.REF
    assert (facts.ref in ENTITIES) == is_reference
    assert bool(facts.choices) == (facts.kind is Kind.CHOICE)
    if facts.merge is Merge.UNION:
        assert facts.kind is Kind.TAGS
    if facts.merge is Merge.APPEND:
        assert facts.kind in (Kind.TEXT, Kind.LONG_TEXT)
    if facts.required:
        assert facts.erase is not Erase.CLEAR, "a required column cannot be cleared: use REPLACE"
        assert not facts.hidden_from, "a required column cannot be masked"
    if facts.personal in (Personal.IDENTITY, Personal.CONTACT, Personal.FREE_TEXT, Personal.SENSITIVE):
        assert facts.erase is not Erase.KEEP, "what tells who somebody is must not survive erasure"
    if facts.kind.is_integer and facts.kind in (Kind.MONEY,):
        assert facts.minimum is not None, "money has a lower bound"


@pytest.mark.parametrize("info", ENTITIES.values(), ids=lambda info: info.name)
def test_facts_of_an_entity_agree(info: EntityInfo) -> None:
    rule = info.facts.scope
    named = [
        info.facts.title,
        *info.facts.unique_hint,
        *rule.owners,
        *rule.shared,
        *(column for column, _ in rule.parents),
        *(column for column, _ in info.facts.subject),
        *(rule.subject or ()),
        *(column for index in info.facts.indexes for column in index),
    ]
    assert set(named) <= set(info.columns)
    assert all(parent in ENTITIES for _, parent in rule.parents)
    assert all(column in ENTITIES[child].columns for child, column in rule.children)
    if info.facts.append_only:
        assert all(f.write is not Write.USER for f in info.fields.values())


def test_what_is_about_a_person_leads_to_that_person() -> None:
    for info in ENTITIES.values():
        personal = {f.personal for n, f in info.fields.items() if n not in COMMON} - {
            Personal.NONE,
            Personal.TECHNICAL,
        }
        reachable = info.facts.is_person or info.facts.subject
        # A vehicle's mark is found through the deals and leads that name the vehicle; companies and incidents through
        # the free text search of the privacy desk; a saved view through its owner.
        assert reachable or not personal or info.name in {"vehicle", "company", "incident", "saved_view"}, info.name


def test_numbers_are_stable() -> None:
    assert [BY_NUMBER[n].name for n in (1, 4, 7, 10, 26)] == [
        "user",
        "contact",
        "lead",
        "payment_entry",
        "quarantine",
    ]
    assert all(info.name != "audit_event" for info in SYNCED)


def test_references_are_found_from_their_target() -> None:
    assert ("task", "lead_id") in [(info.name, column) for info, column in referring_to("lead")]


def test_unknown_names_are_told() -> None:
    with pytest.raises(NxcrmError) as unknown:
        entity("leed")
    assert unknown.value.code == "unknown_entity"
    with pytest.raises(NxcrmError) as field:
        entity("lead").field("nam")
    assert field.value.code == "unknown_field"
    assert "“nam”" in field.value.message


def test_the_permission_table_covers_every_role_and_entity() -> None:
    assert set(RULES) == {(role, name) for role in Role for name in ENTITIES}


@pytest.mark.parametrize(
    ("role", "action", "name", "allowed"),
    [
        (Role.SALES, Action.UPDATE, "lead", True),
        (Role.SALES, Action.DELETE, "vehicle", False),
        (Role.SALES, Action.UPDATE, "payment_entry", False),
        (Role.MANAGER, Action.DELETE, "payment_entry", False),
        (Role.FINANCE, Action.READ, "lead", False),
        (Role.AUDITOR, Action.UPDATE, "lead", False),
        (Role.AUDITOR, Action.READ, "audit_event", True),
        (Role.PRIVACY_OFFICER, Action.READ, "lead", False),
        (Role.ADMIN, Action.READ, "lead", False),
    ],
)
def test_who_may_do_what(role: Role, action: Action, name: str, allowed: bool) -> None:
    assert may(role, action, name) is allowed


def test_columns_follow_the_role() -> None:
    lead, vehicle, contact = ENTITIES["lead"], ENTITIES["vehicle"], ENTITIES["contact"]
    assert "cost_paise" not in readable_fields(Role.SALES, vehicle)
    assert "cost_paise" in readable_fields(Role.FINANCE, vehicle)
    assert "address" in readable_fields(Role.FINANCE, contact)
    assert "date_of_birth" not in readable_fields(Role.FINANCE, contact)
    assert "owner_id" not in writable_fields(Role.SALES, lead, Action.UPDATE)
    assert "owner_id" in writable_fields(Role.MANAGER, lead, Action.UPDATE)
    assert writable_fields(Role.AUDITOR, lead, Action.UPDATE) == frozenset()
    for role in Role:
        for info in ENTITIES.values():
            for action in (Action.CREATE, Action.UPDATE):
                writable = writable_fields(role, info, action)
                assert not writable & set(COMMON)
                assert all(info.fields[name].write is not Write.SERVER for name in writable)


def test_what_is_newer_says_so_and_comes_last() -> None:
    """A program of an earlier version is sent a head of each row: nothing new may stand before what it knows."""
    for info in ENTITIES.values():
        versions = [facts.since for facts in info.fields.values()]
        assert versions == sorted(versions), info.name
        assert max(versions[-1], info.facts.since) <= SCHEMA_VERSION, info.name


def test_a_required_column_that_came_later_has_a_default() -> None:
    """Edits of programs that do not know the column yet are given it; a value is never guessed."""
    for info in ENTITIES.values():
        for name, facts in info.fields.items():
            if facts.required and facts.since > info.facts.since:
                assert facts.default is not None, f"{info.name}.{name}"
