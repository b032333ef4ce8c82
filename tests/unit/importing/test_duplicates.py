"""What counts as the same, what only looks alike, and what is remembered of a file of a million rows."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.records import Record
from nxcrm_desktop.importing import duplicates
from nxcrm_desktop.importing.duplicates import Key, SeenKeys, alike, keys_of
from nxcrm_desktop.importing.mapping import Column, Draft, Pending, Rejection
from nxcrm_desktop.importing.presets import Rule
from nxcrm_desktop.importing.references import Importer, References, settle


def test_phone_mail_and_old_reference_tell_a_lead() -> None:
    values = {"external_ref": "7", "phone": "+919820012345", "email": "a@b.in", "name": "Ravi"}
    assert keys_of(entity("lead"), values) == [
        Key("external_ref", "7"), Key("phone", "+919820012345"), Key("email", "a@b.in"),
    ]  # fmt: skip
    assert keys_of(entity("lead"), {"name": "Ravi", "phone": None}) == []


def test_a_companys_name_tells_only_where_there_is_no_reference() -> None:
    company = entity("company")
    assert keys_of(company, {"name": "Acme"}) == [Key("name", "Acme")]
    assert keys_of(company, {"name": "Acme", "external_ref": "7"}) == [Key("external_ref", "7")]


@given(st.lists(st.tuples(st.sampled_from(["phone", "email"]), st.text(max_size=4)), max_size=60))
def test_the_first_line_of_a_key_is_remembered(pairs: list[tuple[str, str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "_RUN", 4)
        seen, known = SeenKeys(), dict[tuple[str, str], int]()
        for line, (field, value) in enumerate(pairs, start=2):
            key = Key(field, value)
            assert seen.line_of(key) == known.get((field, value.casefold()))
            if (field, value.casefold()) not in known:
                seen.add(key, line)
                known[field, value.casefold()] = line


def test_names_are_alike_across_scripts_and_orders() -> None:
    def record(name: str) -> tuple[Record, str]:
        return Record("lead", {"id": name}), name

    others = [record(name) for name in ("रवि कुमार", "Kumar Ravi", "Ravi Kumaar", "Rani Mukherjee", "Ravindra Jadeja")]
    assert {found.id for found in alike("Ravi Kumar", others)} == {"रवि कुमार", "Kumar Ravi", "Ravi Kumaar"}


def _column(name: str, field: str, info: str, *ref: str, tag: str | None = None) -> Column:
    return Column(0, name, Rule(field, ref=ref, tag=tag), entity(info).fields[field])


def _references(*users: tuple[str, str]) -> References:
    rows = [Record("user", {"id": user_id, "full_name": name, "username": name}) for user_id, name in users]
    return References(lambda _entity, field, texts: [row for row in rows if row[field] in texts])


@pytest.mark.parametrize(
    ("may_give", "text", "owner", "tags"),
    [
        (True, "Asha", "u1", None), (True, "Bina", "u2", None), (False, "Bina", None, '["Was: Bina"]'),
        (False, "Asha", "u1", None), (True, "Chand", None, '["Was: Chand"]'), (True, "Dev", None, '["Was: Dev"]'),
    ],
)  # fmt: skip
def test_an_owner_is_one_known_person_or_a_tag(may_give: bool, text: str, owner: str | None, tags: str | None) -> None:
    references = _references(("u1", "Asha"), ("u2", "Bina"), ("u3", "Dev"), ("u4", "Dev"))
    column = _column("Owner", "owner_id", "lead", "full_name", tag="Was: ")
    draft = Draft(2, {"name": "Ravi"}, [Pending(column, text)])
    references.load([draft])
    assert settle(entity("lead"), draft, references, Importer("u1", may_give)) == []
    assert (draft.values.get("owner_id"), draft.values.get("tags")) == (owner, tags)


def test_a_row_that_hangs_on_nobody_is_refused() -> None:
    draft = Draft(5, {"kind": "call"})
    refused = settle(entity("communication"), draft, _references(), Importer("u1", True))
    assert isinstance(refused, Rejection)
    assert refused.reason == "It belongs to no lead or customer that is here. Import those first."
    assert settle(entity("task"), Draft(5, {"subject": "Call"}), _references(), Importer("u1", True)) == []


def test_tags_that_do_not_fit_refuse_the_row() -> None:
    draft = Draft(5, {"name": "Ravi"}, tags=["x" * 300])
    assert isinstance(settle(entity("lead"), draft, _references(), Importer("u1", True)), Rejection)
