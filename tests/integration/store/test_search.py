"""Search: what a person types finds what they mean, and no text is ever syntax."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store import lists
from nxcrm_desktop.store.engine import Store
from tests.helpers.stores import MANAGER, fresh_store

_LEADS = {
    "ravi": {
        "name": "Ravi Kumar",
        "phone": "+919876543210",
        "email": "ravi.k@example.com",
        "notes": "wants a red Swift",
    },
    "devi": {"name": "रवि देवी", "alt_phone": "+912226595678"},
    "jose": {"name": "José D’Souza", "phone": "+14155552671", "company_name": "O'Neil & Sons"},
    "ramesh": {"name": "रमेश शर्मा"},
    "deepak": {"name": "Deepak Sharma"},
    "tamil": {"name": "முருகன்", "interest": "Maruti 800"},
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with a few rows, which no test changes."""
    store = fresh_store(tmp_path_factory.mktemp("search"))
    with store.write(MANAGER) as work:
        for values in _LEADS.values():
            work.create("lead", {"stage": "new", **values})
        work.create("vehicle", {"model": "Swift", "registration_number": "MH12AB1234"})
        work.create(
            "communication", {"kind": "note", "happened_at": 1, "subject": "Call back", "body": "asked for Kumar"}
        )
    yield store
    store.close()


def _titles(store: Store, text: str, *entities: str) -> set[str]:
    with store.read() as reader:
        return {hit.title for hit in reader.search(text, entities=entities)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ravi", {"Ravi Kumar", "रवि देवी"}),
        ("RAVI kum", {"Ravi Kumar"}),
        ("kumar ravi", {"Ravi Kumar"}),
        ("kumar", {"Ravi Kumar", "Call back"}),
        ("रवि", {"Ravi Kumar", "रवि देवी"}),
        ("devi", {"रवि देवी"}),
        ("murugan", {"முருகன்"}),
        ("ramesh sharma", {"रमेश शर्मा"}),
        ("rames", {"रमेश शर्मा"}),
        ("शर्मा", {"रमेश शर्मा", "Deepak Sharma"}),
        ("dipak sarma", {"Deepak Sharma"}),
        ("दीपक", {"Deepak Sharma"}),
        ("முரு", {"முருகன்"}),
        ("jose d souza", {"José D’Souza"}),
        ("O'Neil", {"José D’Souza"}),
        ("ravi.k@example", {"Ravi Kumar"}),
        ("987", {"Ravi Kumar"}),
        ("9876543210", {"Ravi Kumar"}),
        ("+91 98765 43210", {"Ravi Kumar"}),
        ("09876543210", {"Ravi Kumar"}),
        ("98765-43", {"Ravi Kumar"}),
        ("43210", {"Ravi Kumar"}),
        ("210", {"Ravi Kumar"}),
        ("5552671", {"José D’Souza"}),
        ("5678", {"रवि देवी"}),
        ("mh12ab1234", {"Swift"}),
        ("MH 12 AB 1234", {"Swift"}),
        ("mh-12", {"Swift"}),
        ("ab1234", {"Swift"}),
        ("swift", {"Ravi Kumar", "Swift"}),
        ("avi", set()),
        ("ravi sita", set()),
        ("", set()),
        ("  \t", set()),
        ("%", set()),
        ("*", set()),
    ],
)
def test_what_is_typed_finds_what_is_meant(shared: Store, text: str, found: set[str]) -> None:
    assert _titles(shared, text) == found


def test_a_search_can_be_kept_to_some_entities(shared: Store) -> None:
    assert _titles(shared, "swift", "vehicle") == {"Swift"}
    assert _titles(shared, "swift", "vehicle", "lead") == {"Swift", "Ravi Kumar"}
    with pytest.raises(NxcrmError, match="unknown_entity"):
        _titles(shared, "swift", "nonsense")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(), st.text(alphabet='"*():^-+ANDORTNEARravi98 \\\0\udc80‹7')))
@example(text='ravi"')
@example(text="NEAR(")
@example(text="phone:98*")
@example(text="‹7")
@example(text="a" * 10_000)
@example(text=" ".join("abcdefghijklmnopqrst"))
def test_any_text_is_only_ever_text(shared: Store, text: str) -> None:
    with shared.read() as reader:
        hits = reader.search(text)
        query = ListQuery("lead", search=text)
        rows = reader.page(query, limit=50).rows
        if text.strip():
            assert {row.id for row in rows} == {hit.id for hit in hits if hit.entity == "lead"}
            assert reader.count(query) == len(rows)


@pytest.mark.parametrize("few", [0, 5_000])
@pytest.mark.parametrize("text", ["ravi", "रवि", "98 r", "o neil", "x"])
def test_a_list_finds_the_same_either_way(shared: Store, monkeypatch: pytest.MonkeyPatch, few: int, text: str) -> None:
    monkeypatch.setattr(lists, "_FEW_FOUND", few)
    with shared.read() as reader:
        rows = reader.page(ListQuery("lead", search=text, order="name"), limit=50).rows
        assert {row.id for row in rows} == {hit.id for hit in reader.search(text, entities=["lead"])}


def test_the_newest_change_comes_first_but_whole_words_before_beginnings(store: Store) -> None:
    with store.write(MANAGER) as work:
        ids = [work.create("lead", {"name": name, "stage": "new"}) for name in ("Ram", "Rama", "Ramesh", "Ram Lal")]
        work.update("lead", ids[1], {"name": "Rama Rao"})
    with store.read() as reader:
        assert [hit.title for hit in reader.search("ram")] == ["Ram Lal", "Ram", "Rama Rao", "Ramesh"]
        assert [hit.title for hit in reader.search("ram", limit=1)] == ["Ram Lal"]


def test_the_index_follows_every_edit(store: Store) -> None:
    with store.write(MANAGER) as work:
        row_id = work.create("lead", {"name": "Ravi", "stage": "new", "phone": "+919876543210"})
        work.update("lead", row_id, {"name": "Sita", "city": "Pune"})
    assert _titles(store, "ravi") == set()
    assert _titles(store, "sita 987") == {"Sita"}
    with store.write(MANAGER) as work:
        work.delete("lead", row_id)
    assert _titles(store, "sita") == set()
    assert store.integrity_check() == []
