"""Columns become fields: by preset, by hand, by name; and a value that is not certain refuses its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from nxcrm_desktop.domain.dictionary import ENTITIES, entity
from nxcrm_desktop.domain.facts import Kind, Role
from nxcrm_desktop.domain.permissions import Action, writable_fields
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.stages import DEFAULT_STAGES
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.importing.mapping import Draft, Plan, Rejection
from nxcrm_desktop.importing.planning import Request, by_name, plan
from nxcrm_desktop.importing.presets import PRESETS, suggest
from nxcrm_desktop.importing.source import Row, Source

STAGES = {word.casefold(): stage.key for stage in DEFAULT_STAGES for word in (stage.key, stage.label)}


def source(*columns: str) -> Source:
    return Source(Path("leads.csv"), "csv", columns, 1, lambda: iter(()))


def planned(
    columns: tuple[str, ...], name: str = "lead", mapping: dict[str, str] | None = None, preset: str | None = None
) -> Plan:
    info = entity(name)
    writable = writable_fields(Role.SALES, info, Action.CREATE)
    defaults: dict[str, Value] = {"stage": "new"} if name == "lead" else {}
    return plan(source(*columns), Request(info, writable, STAGES, defaults, mapping, PRESETS.get(preset or "")))


def drafted(columns: tuple[str, ...], *cells: str, **how: object) -> Draft | Rejection:
    return planned(columns, **how).draft(Row(2, cells))  # type: ignore[arg-type]


def values(columns: tuple[str, ...], *cells: str, **how: object) -> dict[str, Value]:
    made = drafted(columns, *cells, **how)
    assert isinstance(made, Draft), made
    return made.values


def test_columns_are_known_by_label_by_name_and_by_what_others_call_them() -> None:
    columns = ("Full Name", "Mobile No.", "E-mail", "lead_source", "Status", "Colour of eyes")
    assert by_name(entity("lead"), columns) == {
        "Full Name": "name", "Mobile No.": "phone", "E-mail": "email", "lead_source": "source", "Status": "stage",
    }  # fmt: skip
    assert planned(columns).unmapped == ("Colour of eyes",)


@pytest.mark.parametrize("info", [info for info in ENTITIES.values() if info.facts.importable], ids=lambda i: i.name)
def test_every_importable_entity_can_be_imported_by_its_labels(info: object) -> None:
    """The importer follows the dictionary: a new column is importable by its label without a line of code."""
    name = info.name  # type: ignore[attr-defined]
    writable = writable_fields(Role.MANAGER, entity(name), Action.CREATE)
    labels = {field: entity(name).fields[field].label for field in writable}
    found = by_name(entity(name), labels.values())
    assert set(found.values()) == set(writable)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda p: p.name)
def test_presets_name_real_fields_and_values(preset: object) -> None:
    info = entity(preset.entity)  # type: ignore[attr-defined]
    writable = writable_fields(Role.SALES, info, Action.CREATE)
    for rule in preset.rules.values():  # type: ignore[attr-defined]
        assert rule.field in writable
        facts = info.fields[rule.field]
        for name in rule.ref:
            assert name in entity(facts.ref).fields
        if facts.kind is Kind.STAGE:
            assert set(rule.words.values()) <= {stage.key for stage in DEFAULT_STAGES}
        if facts.kind is Kind.CHOICE and rule.words:
            assert set(rule.words.values()) <= {value for value, _ in facts.choices}
        assert rule.tagged <= rule.words.keys()


def test_a_number_means_what_its_region_says() -> None:
    columns = ("Name", "Mobile")
    assert values(columns, "Ravi", "6604850224")["phone"] == "+916604850224"
    american = values(("Last Name", "Mobile"), "Denson", "660-485-0224", preset="zoho-leads")
    assert american["phone"] == "+16604850224"
    home = values(("Last Name", "Mobile"), "Kumar", "+91 98200 12345", preset="zoho-leads")
    assert home["phone"] == "+919820012345"
    refused = drafted(("Last Name", "Mobile"), "Kumar", "98200 12345", preset="zoho-leads")
    assert refused == Rejection(2, "Mobile", "“98200 12345” is not a valid phone number (US).")


def test_a_first_and_a_last_name_are_one_name() -> None:
    columns = ("First Name", "Last Name")
    assert values(columns, "Ravi", "Kumar", preset="zoho-leads")["name"] == "Ravi Kumar"
    assert values(columns, "", "Kumar", preset="zoho-leads")["name"] == "Kumar"


@pytest.mark.parametrize(
    ("status", "stage", "tags"),
    [
        ("Not Contacted", "new", []), ("Attempted to Contact", "attempted", []), ("CONTACTED", "contacted", []),
        ("Contact in Future", "contacted", ["Contact in Future"]), ("Pre Qualified", "qualified", []),
        ("Lost Lead", "lost", []), ("Junk Lead", "junk", []),
    ],
)  # fmt: skip
def test_old_statuses_become_stages(status: str, stage: str, tags: list[str]) -> None:
    made = drafted(("Last Name", "Lead Status"), "Ravi", status, preset="zoho-leads")
    assert isinstance(made, Draft)
    assert (made.values["stage"], made.tags) == (stage, tags)


def test_a_stage_may_be_named_by_key_or_label() -> None:
    for word in ("test_drive", "Test drive", "TEST DRIVE"):
        assert values(("Name", "Stage"), "Ravi", word)["stage"] == "test_drive"
    assert isinstance(drafted(("Name", "Stage"), "Ravi", "dreaming"), Rejection)
    assert "stage" not in values(("Name", "Stage"), "Ravi", "")


def test_times_without_a_zone_are_indian() -> None:
    columns = ("Last Name", "Created Time")
    for text in ("15 Apr, 2021 00:03:00", "2021-04-15 00:03:00", "2021-04-14T18:33:00Z"):
        assert values(columns, "Ravi", text, preset="zoho-leads")["enquired_at"] == 1618425180000
    refused = drafted(columns, "Ravi", "31 Feb, 2021 00:03:00", preset="zoho-leads")
    assert isinstance(refused, Rejection)
    assert refused.column == "Created Time"


def test_a_hand_made_mapping_adds_to_a_preset_and_leaves_out() -> None:
    columns = ("Last Name", "Lead Status", "Town")
    made = planned(columns, mapping={"Town": "city", "Lead Status": "-"}, preset="zoho-leads")
    assert [column.rule.field for column in made.columns] == ["name", "city"]
    assert made.unmapped == ("Lead Status",)


def test_a_hand_made_mapping_is_laid_over_the_columns_names() -> None:
    columns = ("Client", "Phone", "Town", "City", "Notes")
    made = planned(columns, mapping={"client": "name", "Town": "city", "Notes": "-"})
    assert {column.name: column.rule.field for column in made.columns} == {
        "Client": "name", "Phone": "phone", "Town": "city",
    }  # fmt: skip
    assert made.unmapped == ("City", "Notes"), "what was said by hand goes before a column's own name"


def test_tags_of_a_named_column_and_of_a_mapped_one_are_joined() -> None:
    made = planned(("Name", "Tags", "Group"), mapping={"Group": "tags"})
    assert [column.rule.field for column in made.columns] == ["name", "tags", "tags"]


@pytest.mark.parametrize("word", ["Customer", "customer name", "Customer Name"])
def test_leads_are_named_by_their_customer_where_no_column_is_called_name(word: str) -> None:
    assert by_name(entity("lead"), (word, "Phone")) == {word: "name", "Phone": "phone"}
    assert by_name(entity("lead"), ("Name", "Customer"))["Customer"] == "contact_id"
    assert by_name(entity("task"), ("Subject", "Customer"))["Customer"] == "contact_id"


def test_a_column_name_that_stands_twice_is_not_trusted() -> None:
    with pytest.raises(NxcrmError, match="duplicate_columns"):
        planned(("Name", "Phone", "Phone (2)"))
    assert planned(("Name", "Other", "Other (2)")).unmapped == ("Other", "Other (2)")


def test_presets_are_suggested_by_their_columns() -> None:
    assert suggest("lead", ("LEADID", "Last Name", "Company", "Lead Status")) == "zoho-leads"
    assert suggest("contact", ("LEADID", "Last Name", "Company", "Lead Status")) is None
    assert suggest("lead", ("Name", "Phone")) is None
