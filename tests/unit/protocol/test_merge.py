"""Laws of merging one field: one side's change is taken, both sides' are joined or set apart, nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts, Kind, Merge
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.domain.values import normalise
from sync.protocol.merge import merge_field, merge_tags, merge_texts

TEXT = Facts("Text", Kind.LONG_TEXT, max_length=200)
TAGS = Facts("Tags", Kind.TAGS, merge=Merge.UNION)

texts = st.none() | st.text("ab\n", min_size=1, max_size=8)
tag_sets = st.sets(st.sampled_from("abcdef"), max_size=5)
policies = st.sampled_from(Merge)


def as_tags(words: set[str]) -> str | None:
    return json.dumps(sorted(words), separators=(",", ":")) if words else None


def words_of(value: Value) -> set[str]:
    return set(json.loads(str(value))) if value is not None else set()


@given(policies, texts, texts)
def test_an_edit_of_what_nobody_else_touched_is_applied(policy: Merge, base: Value, mine: Value) -> None:
    merged = merge_field(replace(TEXT, merge=policy), base, base, mine)
    assert merged.value == mine
    assert merged.outcome == ("unchanged" if mine == base else "applied")


@given(policies, texts, texts)
def test_what_was_not_edited_keeps_the_servers_value(policy: Merge, base: Value, server: Value) -> None:
    merged = merge_field(replace(TEXT, merge=policy), base, server, base)
    assert (merged.value, merged.outcome) == (server, "unchanged")


@given(policies, texts, texts)
def test_the_same_edit_on_both_sides_is_no_change(policy: Merge, base: Value, both: Value) -> None:
    merged = merge_field(replace(TEXT, merge=policy), base, both, both)
    assert (merged.value, merged.outcome) == (both, "unchanged")


@given(policies, texts, texts, texts)
def test_no_edit_is_lost_without_a_word(policy: Merge, base: Value, server: Value, mine: Value) -> None:
    """Where the outcome calls for no conflict record, the value holds what both sides typed."""
    merged = merge_field(replace(TEXT, merge=policy), base, server, mine)
    if merged.outcome in ("kept", "conflict"):
        assert merged.value == server
        assert mine not in (server, base)
    elif policy is Merge.APPEND and merged.outcome == "merged":
        for typed in (server, mine):
            added = str(typed or "").removeprefix(str(base or ""))
            assert added.lstrip("\n") in str(merged.value)
    elif merged.outcome == "merged":
        assert policy is Merge.CLIENT
        assert merged.value == mine


@pytest.mark.parametrize(
    ("policy", "value", "outcome"),
    [
        (Merge.CLIENT, "mine", "merged"),
        (Merge.SERVER, "theirs", "kept"),
        (Merge.REVIEW, "theirs", "conflict"),
        (Merge.UNION, "theirs", "conflict"),  # a text is no set
        (Merge.APPEND, "theirs\nmine", "merged"),
    ],
)
def test_each_policy_decides_when_both_changed(policy: Merge, value: str, outcome: str) -> None:
    merged = merge_field(replace(TEXT, merge=policy), "base", "theirs", "mine")
    assert (merged.value, merged.outcome) == (value, outcome)


@given(tag_sets, tag_sets, tag_sets)
def test_tags_take_the_additions_and_removals_of_both(base: set[str], server: set[str], mine: set[str]) -> None:
    merged = words_of(merge_tags(as_tags(base), as_tags(server), as_tags(mine)))
    assert merged >= (server - base) | (mine - base)
    assert not merged & ((base - server) | (base - mine))
    assert merged <= server | mine


@given(tag_sets, tag_sets, tag_sets)
def test_tags_merge_to_the_same_from_either_side_and_again(base: set[str], server: set[str], mine: set[str]) -> None:
    old, theirs, ours = as_tags(base), as_tags(server), as_tags(mine)
    merged = merge_tags(old, theirs, ours)
    assert merged == merge_tags(old, ours, theirs)
    assert merge_tags(old, merged, ours) == merged
    assert merged == as_tags(words_of(merged)), "canonical: sorted, compact, null when empty"


def test_tags_conflict_never() -> None:
    merged = merge_field(TAGS, '["a"]', '["a","b"]', '["c"]')
    assert (merged.value, merged.outcome) == ('["b","c"]', "merged")


@given(texts, st.text("ab", min_size=1), st.text("ab", min_size=1))
def test_two_notes_added_at_the_end_both_follow_the_old_text(base: Value, theirs: str, mine: str) -> None:
    old = str(base or "")
    merged = merge_texts(base, f"{old}\nT{theirs}", f"{old}\nM{mine}", "\n")
    assert merged == f"{old}\nT{theirs}\nM{mine}"


def test_texts_that_would_grow_too_long_are_left_to_a_person() -> None:
    facts = replace(TEXT, merge=Merge.APPEND, max_length=12)
    merged = merge_field(facts, "", "twelve chars", "more")
    assert (merged.value, merged.outcome) == ("twelve chars", "conflict")


_APPENDED = [f for info in ENTITIES.values() for f in info.fields.values() if f.merge is Merge.APPEND]


@given(st.sampled_from(_APPENDED), *[st.text("ab ;", max_size=8) for _ in range(3)])
def test_joined_texts_are_values_of_their_field(facts: Facts, base: str, server: str, mine: str) -> None:
    """A text of one line stays one: a value that its own field refuses could never be edited again."""
    old, theirs, ours = (normalise(facts, text) for text in (base, server, mine))
    merged = merge_field(facts, old, theirs, ours)
    assert normalise(facts, merged.value) == merged.value


def test_texts_of_one_line_are_joined_on_one_line() -> None:
    facts = ENTITIES["lead"].fields["interest"]
    assert merge_field(facts, "Swift", "Swift; Baleno", "Swift; Dzire").value == "Swift; Baleno; Dzire"
