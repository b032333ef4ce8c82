"""What the command line says to people."""

from __future__ import annotations

from typing import Any

import pytest

from nxcrm_desktop.cli import readable

LEAD: dict[str, Any] = {
    "id": "0193e6a0-0000-7000-8000-000000000001", "created_at": "2026-11-20T04:30:00Z", "name": "Asha Rao",
    "phone": "+919876543210", "email": None, "city": "Pune", "stage": "new", "rating": "hot", "tags": [],
    "budget_paise": 50_000_000, "notes": "a\nlong\nstory",
}  # fmt: skip
DONE: dict[str, Any] = {
    "created": 2, "updated": 1, "duplicates": 1, "rejected": [{"line": 3, "column": "Email", "reason": "No address."}],
    "batch": "b1", "rejected_count": 1, "look_alikes": [{"line": 4, "field": "phone", "of": "line 2"}],
    "warnings": [], "unmapped": ["Zip"], "notes": [], "dry_run": False, "cancelled": False,
}  # fmt: skip


def test_records_are_an_aligned_table_without_empty_columns() -> None:
    longer = {**LEAD, "name": "Bela Shah of Nashik", "phone": None, "city": None}
    head, first, second = readable.records("lead")([LEAD, longer]).splitlines()
    assert head.split() == ["Name", "Phone", "Stage", "Rating", "Budget", "Id"]
    assert first.split("  ")[0] == "Asha Rao"
    assert "98765 43210" in first
    assert "₹5,00,000" in first
    assert head.index("Id") == first.index(LEAD["id"]) == second.index(LEAD["id"])
    assert "None" not in second
    assert "null" not in second


def test_instants_and_days_are_shown_as_people_write_them() -> None:
    task = {"id": "t1", "subject": "Call", "due_at": "2026-11-21T04:30:00Z", "status": "open"}
    assert "21-11-2026 10:00" in readable.records("task")([task])


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (readable.records("lead"), "There are no leads."), (readable.hits, "Nothing was found."),
        (readable.people, "Nobody was found."), (readable.conflicts, "Nothing waits for a decision."),
    ],
)  # fmt: skip
def test_an_empty_list_is_a_sentence(told: Any, sentence: str) -> None:
    assert told([]) == sentence


def test_an_import_is_summed_up_with_its_refused_rows() -> None:
    lines = readable.imported(DONE).splitlines()
    assert lines[0] == "2 created, 1 updated, 1 left out as duplicates, 1 refused."
    assert "  line 3, Email: No address." in lines
    assert "  line 4: same phone as line 2" in lines
    assert "Columns that were not taken: Zip" in lines
    assert lines[-1] == "To take it back: nxcrm import undo b1"


def test_a_hopeless_file_does_not_fill_the_screen() -> None:
    refused = [{"line": n, "column": "", "reason": "Too short."} for n in range(2, 202)]
    told = readable.imported({**DONE, "rejected": refused, "rejected_count": 5_000})
    assert told.count("Too short.") == 50
    assert "… and 4950 more; --json lists them." in told


def test_a_forecast_says_that_nothing_was_changed() -> None:
    assert readable.imported({**DONE, "dry_run": True}).startswith("Nothing was changed.")


def test_an_import_taken_back_names_what_stays() -> None:
    told = readable.undone({"deleted": 3, "restored": 1, "kept": ["x1"]})
    assert told.splitlines() == [
        "3 deleted, 1 restored, 1 kept.", "Kept, because they were worked on since:", "  x1",
    ]  # fmt: skip


def test_the_status_leaves_out_what_only_the_server_reads() -> None:
    told = readable.status({"user": "asha", "online": False, "cursor": "x" * 200, "last_sync": None})
    assert told == "user: asha\nonline: false"


def test_a_conflict_shows_both_values_and_whose_they_are() -> None:
    row = {
        "id": "c1", "entity": "lead", "row_title": "Asha Rao", "field": "budget_paise", "mine": 10_000_000,
        "theirs": 20_000_000,
    }  # fmt: skip
    head, line = readable.conflicts([row]).splitlines()
    assert line.index("₹1,00,000") == head.index("Set aside (mine)")
    assert line.index("₹2,00,000") == head.index("Kept (server)")


def test_recovery_codes_stand_one_a_line() -> None:
    told = readable.enrolled({"user": "asha", "recovery_codes": ["aaaa-bbbb", "cccc-dddd"]}).splitlines()
    assert told[-3:] == ["Recovery codes. Keep these; they are shown once:", "aaaa-bbbb", "cccc-dddd"]
    assert readable.enrolled({"user": "asha", "recovery_codes": []}) == "user: asha"
