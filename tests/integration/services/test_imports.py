"""Importing into a real encrypted store: what goes in, what is refused and why, and taking it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.activity import ActivityService
from nxcrm_desktop.services.imports import ImportService
from nxcrm_desktop.services.leads import LeadService
from nxcrm_desktop.store.engine import Store
from tests.helpers.device_store import pulled, staff
from tests.helpers.full_disk import full_beyond

HEADER = (
    "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Website,Industry,Lead Source,Lead Status,Created Time,"
    "CONVERTED,month_Created Time1\n"
)


def zoho_row(
    number: int, name: str = "", email: str = "", mobile: str = "", status: str = "Contacted", owner: str = "David Love"
) -> str:
    """A line as Zoho exports it."""
    name, email = name or f"Person {number}", email or f"person{number}@example.org"
    mobile = mobile or f"660-485-{number:04d}"
    left = f"{number},{name},Acme,{owner},{email},{mobile},a.example,Pharma,Partner,{status}"
    return f'{left},"15 Apr, 2021 00:03:00",Yes,April\n'


def write(folder: Path, *rows: str, header: str = HEADER, name: str = "Leads.csv") -> Path:
    """A file of these lines."""
    path = folder / name
    path.write_text(header + "".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def imports(store: Store, asha: Actor) -> ImportService:
    return ImportService(store, asha)


def count(store: Store, entity: str = "lead") -> int:
    with store.read() as reader:
        return reader.count(ListQuery(entity, order="id"))


def test_a_zoho_export_becomes_leads(store: Store, imports: ImportService, asha: Actor, tmp_path: Path) -> None:
    result = imports.run(write(tmp_path, zoho_row(1, "Denson")), "lead", preset="zoho-leads")
    assert (result.created, result.updated, result.duplicates, result.rejected) == (1, 0, 0, [])
    assert result.unmapped == ("CONVERTED", "month_Created Time1")
    with store.read() as reader:
        (lead,) = reader.page(ListQuery("lead", order="id"), limit=9).rows
        assert [entry.op for entry in reader.outbox()] == ["create"]
    assert lead["name"] == "Denson"
    assert lead["phone"] == "+16604850001"  # the preset says that its numbers are American
    assert lead["stage"] == "contacted"
    assert lead["enquired_at"] == 1618425180000  # 15 April 2021, 00:03 in India
    assert lead["external_ref"] == "1"
    assert lead["owner_id"] == asha.user_id
    assert lead["tags"] == '["Earlier owner: David Love"]'
    assert LeadService(store, asha).duplicates({"phone": "+16604850001"}) == [lead]


def test_each_refused_row_says_line_column_and_reason(store: Store, imports: ImportService, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        zoho_row(1),
        '2,"Two\nLines",Acme,David Love,two@example.org,660-485-0002,,,,Contacted,,,\n',
        zoho_row(3, mobile="12345"),
        zoho_row(4, email="not an address"),
        zoho_row(5, status="Dreaming"),
        "6,short row\n",
        zoho_row(7, name=" "),
    )
    result = imports.run(path, "lead", preset="zoho-leads")
    assert result.created == 1
    assert [(r.line, r.column) for r in result.rejected] == [
        (3, "Last Name"), (5, "Mobile"), (6, "Email"), (7, "Lead Status"), (8, ""), (9, "Last Name"),
    ]  # fmt: skip
    assert result.rejected[1].reason == "“12345” is not a valid phone number (US)."
    assert "“Dreaming” is none of" in result.rejected[3].reason
    assert "2 cells" in result.rejected[4].reason
    assert result.rejected[5].reason == "Name is missing."
    assert count(store) == 1


def test_rows_that_are_here_and_rows_repeated_in_the_file_are_left_out(
    store: Store, imports: ImportService, tmp_path: Path
) -> None:
    imports.run(write(tmp_path, zoho_row(1), zoho_row(2)), "lead", preset="zoho-leads")
    again = write(tmp_path, zoho_row(1), zoho_row(3), zoho_row(4, mobile="660-485-0003"), name="again.csv")
    result = imports.run(again, "lead", preset="zoho-leads")
    assert (result.created, result.duplicates) == (1, 2)
    assert [(a.line, a.field) for a in result.look_alikes] == [(2, "external_ref"), (4, "phone")]
    assert result.look_alikes[1].of == "line 3"
    assert count(store) == 3


def test_duplicates_may_be_updated_or_made_all_the_same(
    store: Store, imports: ImportService, asha: Actor, tmp_path: Path
) -> None:
    imports.run(write(tmp_path, zoho_row(1, "Old Name", status="Not Contacted")), "lead", preset="zoho-leads")
    changed = write(tmp_path, zoho_row(1, "New Name", status="Pre Qualified"), name="changed.csv")
    updated = imports.run(changed, "lead", preset="zoho-leads", on_duplicate="update")
    assert (updated.created, updated.updated, updated.duplicates) == (0, 1, 0)
    with store.read() as reader:
        (lead,) = reader.page(ListQuery("lead", order="id"), limit=9).rows
        (move,) = reader.related("stage_change", "lead_id", lead.id)
    assert (lead["name"], lead["stage"]) == ("New Name", "qualified")
    assert (move["from_stage"], move["to_stage"]) == ("new", "qualified")
    assert imports.run(changed, "lead", preset="zoho-leads", on_duplicate="create").created == 1
    assert count(store) == 2

    assert updated.batch is not None
    imports.undo(updated.batch)
    restored = LeadService(store, asha).get(lead.id)
    assert (restored["name"], restored["stage"]) == ("Old Name", "new")


def test_an_update_that_changes_nothing_is_a_duplicate_and_tags_are_joined(
    store: Store, imports: ImportService, asha: Actor, tmp_path: Path
) -> None:
    path = write(tmp_path, zoho_row(1))
    imports.run(path, "lead", preset="zoho-leads")
    for dry_run in (True, False):
        same = imports.run(path, "lead", preset="zoho-leads", on_duplicate="update", dry_run=dry_run)
        assert (same.updated, same.duplicates, same.batch) == (0, 1, None)
    later = write(tmp_path, zoho_row(1, status="Contact in Future"), name="later.csv")
    assert imports.run(later, "lead", preset="zoho-leads", on_duplicate="update").updated == 1
    with store.read() as reader:
        (lead,) = reader.page(ListQuery("lead", order="id"), limit=9).rows
    assert lead["tags"] == '["Contact in Future","Earlier owner: David Love"]'
    twice = write(tmp_path, zoho_row(1, "First"), zoho_row(1, "Second"), name="twice.csv")
    assert imports.run(twice, "lead", preset="zoho-leads", on_duplicate="update").updated == 2
    assert LeadService(store, asha).get(lead.id)["name"] == "Second"


def test_a_row_that_fits_two_is_not_updated(store: Store, imports: ImportService, tmp_path: Path) -> None:
    imports.run(write(tmp_path, zoho_row(1), zoho_row(2)), "lead", preset="zoho-leads")
    mixed = write(tmp_path, zoho_row(9, email="person1@example.org", mobile="660-485-0002"), name="mixed.csv")
    result = imports.run(mixed, "lead", preset="zoho-leads", on_duplicate="update")
    assert "more than one row" in result.rejected[0].reason
    assert result.batch is None


def test_a_dry_run_counts_the_same_and_writes_nothing(store: Store, imports: ImportService, tmp_path: Path) -> None:
    rows = [zoho_row(n) for n in range(700)] + [
        zoho_row(3),
        zoho_row(900, mobile="1"),
        zoho_row(901, email="person7@example.org"),
    ]
    path = write(tmp_path, *rows)
    for policy in ("skip", "update", "create"):
        dry = imports.run(path, "lead", preset="zoho-leads", dry_run=True, on_duplicate=policy)
        assert count(store) == 0
        assert dry.batch is None
        assert dry.created == (702 if policy == "create" else 700)
    wet = imports.run(path, "lead", preset="zoho-leads")
    assert (wet.created, wet.duplicates, wet.rejected_count) == (700, 2, 1)


def test_undo_deletes_what_was_not_touched_and_names_what_was(
    store: Store, imports: ImportService, asha: Actor, tmp_path: Path
) -> None:
    result = imports.run(write(tmp_path, *(zoho_row(n) for n in range(600))), "lead", preset="zoho-leads")
    with store.read() as reader:
        edited, noted, *_ = reader.page(ListQuery("lead", order="id"), limit=3).rows
    LeadService(store, asha).update(edited.id, {"city": "Pune"})
    ActivityService(store, asha).log("note", lead_id=noted.id, body="Wants a test drive")
    assert result.batch is not None
    undone = imports.undo(result.batch)
    assert undone.deleted == 598
    assert set(undone.kept) == {edited.id, noted.id}
    assert count(store) == 2
    with pytest.raises(NxcrmError, match="batch_undone"):
        imports.undo(result.batch)


def test_a_row_with_papers_or_tasks_is_not_deleted_by_undo(
    store: Store, imports: ImportService, asha: Actor, tmp_path: Path
) -> None:
    result = imports.run(write(tmp_path, zoho_row(1)), "lead", preset="zoho-leads")
    with store.read() as reader:
        (lead,) = reader.page(ListQuery("lead", order="id"), limit=3).rows
    pulled(store, "document", title="RC book", category="rc", lead_id=lead.id)  # changes nothing of the lead itself
    undone = imports.undo(str(result.batch))
    assert (undone.deleted, undone.kept) == (0, (lead.id,))
    assert count(store) == 1


def test_a_cancelled_import_is_whole_as_far_as_it_went(store: Store, imports: ImportService, tmp_path: Path) -> None:
    path = write(tmp_path, *(zoho_row(n) for n in range(1200)))
    seen: list[tuple[int, int]] = []
    result = imports.run(
        path, "lead", preset="zoho-leads", progress=lambda done, total: seen.append((done, total)),
        cancel=lambda: len(seen) == 1,
    )  # fmt: skip
    assert result.cancelled
    assert seen == [(500, 1200)]
    assert result.created == count(store) == 500
    assert imports.undo(str(result.batch)).deleted == 500


def test_unknown_batches_are_told(imports: ImportService) -> None:
    with pytest.raises(NxcrmError, match="batch_unknown"):
        imports.undo("01890000-0000-7000-8000-000000000000")


def test_a_managers_import_gives_leads_to_owners_who_work_here(store: Store, meera: Actor, tmp_path: Path) -> None:
    david = staff(store, "David Love")
    path = write(tmp_path, zoho_row(1), zoho_row(2, owner="Nobody Known"))
    ImportService(store, meera).run(path, "lead", preset="zoho-leads")
    with store.read() as reader:
        first, second = reader.page(ListQuery("lead", order="id"), limit=9).rows
    assert (first["owner_id"], first["tags"]) == (david.user_id, None)
    assert (second["owner_id"], second["tags"]) == (meera.user_id, '["Earlier owner: Nobody Known"]')


def test_a_salespersons_import_stays_their_own(
    store: Store, imports: ImportService, asha: Actor, tmp_path: Path
) -> None:
    staff(store, "David Love")
    imports.run(write(tmp_path, zoho_row(1)), "lead", preset="zoho-leads")
    with store.read() as reader:
        (lead,) = reader.page(ListQuery("lead", order="id"), limit=9).rows
    assert (lead["owner_id"], lead["tags"]) == (asha.user_id, '["Earlier owner: David Love"]')


def test_calls_find_their_leads_and_those_of_nobody_are_refused(
    store: Store, imports: ImportService, tmp_path: Path
) -> None:
    imports.run(write(tmp_path, zoho_row(77)), "lead", preset="zoho-leads")
    calls = write(
        tmp_path, "1,2021-04-15 23:03:00,420,Sales call,Outbound,77,\n", "2,2021-04-15 23:03:00,60,Lost,Inbound,,0\n",
        header="TASKID,Call Start Time,Call Duration (in seconds),Subject,Call Type,LEADID,CONTACTID\n",
        name="Calls.csv",
    )  # fmt: skip
    result = imports.run(calls, "communication", preset="zoho-calls")
    assert result.created == 1
    assert (result.rejected[0].line, result.rejected[0].column) == (3, "")
    with store.read() as reader:
        (call,) = reader.page(ListQuery("communication", order="id"), limit=9).rows
        lead = reader.require("lead", call.text("lead_id"))
    assert (call["kind"], call["direction"], call["duration_s"], lead["external_ref"]) == ("call", "out", 420, "77")
    assert imports.run(calls, "communication", preset="zoho-calls").duplicates == 1


def test_columns_may_be_mapped_by_hand(store: Store, imports: ImportService, tmp_path: Path) -> None:
    path = write(tmp_path, "Ravi Kumar,98200 12345,Qualified\n", header="Who,Where to call,How far\n", name="own.csv")
    mapping = {"who": "name", "Where to call": "phone", "How far": "stage"}
    assert imports.run(path, "lead", mapping).created == 1
    with store.read() as reader:
        (lead,) = reader.page(ListQuery("lead", order="id"), limit=9).rows
    assert (lead["name"], lead["phone"], lead["stage"]) == ("Ravi Kumar", "+919820012345", "qualified")


def test_a_mapping_leaves_the_other_columns_as_they_are_called(
    store: Store, imports: ImportService, tmp_path: Path
) -> None:
    path = write(
        tmp_path, "Ravi Kumar,98200 12345,Pune,hot\n", header="Client,Phone,City,Rating\n", name="own.csv"
    )  # fmt: skip
    mapping = {"Client": "name", "Rating": "-"}
    seen = imports.preview(path, "lead", mapping)
    assert seen.mapping == {"Client": "name", "Phone": "phone", "City": "city"}
    assert seen.unmapped == ("Rating",)
    assert imports.run(path, "lead", mapping).unmapped == ("Rating",)
    with store.read() as reader:
        (lead,) = reader.page(ListQuery("lead", order="id"), limit=9).rows
    assert (lead["name"], lead["phone"], lead["city"]) == ("Ravi Kumar", "+919820012345", "Pune")


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"Nowhere": "name"}, "unknown_columns"),
        ({"Who": "nickname"}, "unknown_field"),
        ({"Who": "created_at"}, "not_allowed"),
        ({"Number": "phone"}, "unknown_columns"),  # no name
        ({"Who": "name", "Number": "phone", "Other": "phone"}, "duplicate_columns"),
        (None, "unknown_columns"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_before_anything_is_written(
    store: Store, imports: ImportService, tmp_path: Path, mapping: dict[str, str] | None, code: str
) -> None:
    path = write(tmp_path, "Ravi,98200 12345,98200 12346\n", header="Who,Number,Other\n")
    with pytest.raises(NxcrmError) as caught:
        imports.run(path, "lead", mapping)
    assert caught.value.code == code
    assert caught.value.safe
    assert count(store) == 0


def test_a_role_without_leads_imports_none(store: Store, tmp_path: Path) -> None:
    finance = staff(store, "Firoz Finance", Role.FINANCE)
    with pytest.raises(NxcrmError, match="not_allowed"):
        ImportService(store, finance).run(write(tmp_path, zoho_row(1)), "lead", preset="zoho-leads")


def test_presets_are_named_and_belong_to_one_kind(imports: ImportService, tmp_path: Path) -> None:
    path = write(tmp_path, zoho_row(1))
    with pytest.raises(NxcrmError, match="unknown_preset"):
        imports.run(path, "lead", preset="zoho")
    with pytest.raises(NxcrmError, match="wrong_preset"):
        imports.run(path, "contact", preset="zoho-leads")


def test_a_preview_keeps_what_it_understood_when_a_needed_column_is_missing(
    imports: ImportService, tmp_path: Path
) -> None:
    path = write(tmp_path, "Asha Rao,9876543210,Pune\n", header="Client,Mobile,City\n")
    seen = imports.preview(path, "lead")
    assert seen.problem
    assert seen.mapping == {"Mobile": "phone", "City": "city"}
    fitted = imports.preview(path, "lead", {**seen.mapping, "Client": "name"})
    assert not fitted.problem
    assert fitted.mapping == {"Client": "name", "Mobile": "phone", "City": "city"}


def test_a_preview_shows_the_file_and_suggests_a_preset(imports: ImportService, tmp_path: Path) -> None:
    seen = imports.preview(write(tmp_path, zoho_row(1, "Denson")), "lead")
    assert seen.row_count == 1
    assert seen.suggested_preset == "zoho-leads"
    assert seen.sample[0]["Last Name"] == "Denson"
    assert "gives “Name”, which is needed" in seen.problem
    fitted = imports.preview(write(tmp_path, zoho_row(1)), "lead", preset="zoho-leads")
    assert fitted.mapping["Mobile"] == "phone"
    assert fitted.unmapped == ("CONVERTED", "month_Created Time1")
    assert fitted.problem == ""


def test_the_result_has_the_keys_of_the_command_line(imports: ImportService, tmp_path: Path) -> None:
    printed = imports.run(write(tmp_path, zoho_row(1), zoho_row(2, mobile="1")), "lead", preset="zoho-leads").as_json()
    assert {"created", "updated", "duplicates", "rejected", "batch"} <= printed.keys()
    assert printed["rejected"] == [{"line": 3, "column": "Mobile", "reason": "“1” is not a phone number."}]


def test_a_full_disk_stops_an_import_between_batches(store: Store, imports: ImportService, tmp_path: Path) -> None:
    path = write(tmp_path, *(zoho_row(n) for n in range(3000)))
    limit = (tmp_path / "store.db-wal").stat().st_size + 2_000_000
    with full_beyond(limit), pytest.raises(NxcrmError, match=r"disk_(full|error)") as caught:
        imports.run(path, "lead", preset="zoho-leads")
    assert 0 < count(store) < 3000
    assert count(store) % 500 == 0
    assert "imported whole" in caught.value.safe
    assert imports.undo(str(caught.value.details["batch"])).deleted
    assert count(store) == 0
    assert store.integrity_check() == []
