"""Every column of the dictionary is merged in a way that its kind and its writers allow."""

from __future__ import annotations

import pytest

from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES
from nxcrm_desktop.domain.facts import Facts, Kind, Merge, Write
from sync.protocol.merge import merge_field

_COLUMNS = [
    pytest.param(info.name, facts, id=f"{info.name}.{name}")
    for info in ENTITIES.values() for name, facts in info.fields.items() if name not in COMMON
]  # fmt: skip


@pytest.mark.parametrize(("entity", "facts"), _COLUMNS)
def test_the_policy_fits_the_column(entity: str, facts: Facts) -> None:
    if facts.merge is Merge.UNION:
        assert facts.kind is Kind.TAGS
    if facts.merge is Merge.APPEND:
        assert facts.kind in (Kind.TEXT, Kind.LONG_TEXT)
    if ENTITIES[entity].facts.append_only or facts.write in (Write.SERVER, Write.ONCE):
        assert facts.merge is Merge.SERVER  # nobody changes it twice
    if facts.kind is Kind.MONEY and facts.write is Write.USER:
        assert facts.merge is Merge.REVIEW  # an amount is never chosen by who came last


_OUTCOMES = {
    Merge.SERVER: ("kept", "server"), Merge.CLIENT: ("merged", "mine"), Merge.REVIEW: ("conflict", "server"),
}  # fmt: skip


@pytest.mark.parametrize(("entity", "facts"), [p for p in _COLUMNS if not p.values[1].kind.is_integer])  # type: ignore[union-attr]
def test_both_sides_changed_gives_what_the_policy_says(entity: str, facts: Facts) -> None:
    if facts.merge is Merge.UNION:
        merged = merge_field(facts, '["a"]', '["a","b"]', '["c"]')
        assert (merged.value, merged.outcome) == ('["b","c"]', "merged")
    elif facts.merge is Merge.APPEND:
        merged = merge_field(facts, "base", "base one", "base two")
        assert merged.outcome == "merged"
        assert "one" in str(merged.value)
        assert "two" in str(merged.value)
    else:
        merged = merge_field(facts, "base", "server", "mine")
        assert (merged.outcome, merged.value) == _OUTCOMES[facts.merge]
