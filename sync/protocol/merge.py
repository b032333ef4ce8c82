"""Merging one field. Pure functions: the server decides with them, the client previews with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from nxcrm_desktop.domain.facts import Facts, Kind, Merge
from nxcrm_desktop.domain.records import Value

Outcome = Literal["unchanged", "applied", "merged", "kept", "conflict"]


@dataclass(frozen=True, slots=True)
class Merged:
    """The value to store, and how it came about.

    ``unchanged``: the server has it already · ``applied``: nobody else touched it · ``merged``: both changes are in ·
    ``kept``: the field's policy keeps the server's value · ``conflict``: the server's value stays, a person decides.
    """

    value: Value
    outcome: Outcome


def merge_field(facts: Facts, base: Value, server: Value, mine: Value) -> Merged:
    """Three-way merge of one field: ``mine`` was typed over ``base`` while the server came to hold ``server``."""
    if server == mine:
        return Merged(server, "unchanged")
    if server == base:
        return Merged(mine, "applied")
    if mine == base:
        return Merged(server, "unchanged")
    return _both_changed(facts, base, server, mine)


def _both_changed(facts: Facts, base: Value, server: Value, mine: Value) -> Merged:
    match facts.merge:
        case Merge.CLIENT:
            return Merged(mine, "merged")
        case Merge.UNION if facts.kind is Kind.TAGS:
            return Merged(merge_tags(base, server, mine), "merged")
        case Merge.APPEND:
            text = merge_texts(base, server, mine, "\n" if facts.kind is Kind.LONG_TEXT else "; ")
            return Merged(text, "merged") if len(text) <= facts.max_length else Merged(server, "conflict")
        case Merge.SERVER:
            return Merged(server, "kept")
    return Merged(server, "conflict")


def merge_tags(base: Value, server: Value, mine: Value) -> str | None:
    """Additions and removals of both sides. Tags are JSON arrays of strings; null is the empty set."""
    old, theirs, ours = _tags(base), _tags(server), _tags(mine)
    merged = (theirs | (ours - old)) - (old - ours)
    return json.dumps(sorted(merged), ensure_ascii=False, separators=(",", ":")) if merged else None


def _tags(value: Value) -> set[str]:
    return set(json.loads(value)) if isinstance(value, str) and value else set()


def merge_texts(base: Value, server: Value, mine: Value, joint: str) -> str:
    """Both texts. Where both only added to the end of the base, both additions follow it; else one after the other."""
    old, theirs, ours = (str(v) if v is not None else "" for v in (base, server, mine))
    if ours in theirs:
        return theirs
    if theirs in ours:
        return ours
    if theirs.startswith(old) and ours.startswith(old):
        return theirs + joint + ours[len(old) :].lstrip(joint)
    return theirs + joint + ours
