"""Columns of a file brought to fields of an entity: decided once for the file, then applied to each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nxcrm_desktop.domain import clock, values
from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.importing.presets import Rule
from nxcrm_desktop.importing.source import Row


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file that is taken: where it stands, its name, and what becomes of it."""

    index: int
    name: str
    rule: Rule
    facts: Facts


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one row is not taken. ``column`` is empty when it is the row as a whole."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A reference still to be looked up."""

    column: Column
    text: str


@dataclass(slots=True)
class Draft:
    """A row on its way to being a record: values the file gives, references that are still texts, and tags."""

    line: int
    values: dict[str, Value]
    pending: list[Pending] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the whole file's columns mean. ``unmapped`` are the columns that are left out.

    ``defaults`` fill what the file leaves open when a row is made; they never overwrite a row that is there.
    """

    info: EntityInfo
    columns: tuple[Column, ...]
    unmapped: tuple[str, ...]
    region: str
    defaults: Mapping[str, Value]

    def draft(self, row: Row) -> Draft | Rejection:
        """The row as a draft, or the first reason why not. One bad cell refuses the row: half a person is no person."""
        if row.problem:
            return Rejection(row.line, "", row.problem)
        made = Draft(row.line, {})
        for column in self.columns:
            try:
                self._take(made, column, row.cells[column.index].strip())
            except ValueProblem as problem:
                return Rejection(row.line, column.name, problem.message)
        return self._missing(made) or made

    def _take(self, draft: Draft, column: Column, text: str) -> None:
        rule, facts = column.rule, column.facts
        if not text or text in rule.blanks:
            return
        if rule.tag is not None and not rule.ref:
            draft.tags.append(rule.tag + text)
        elif facts.kind is Kind.REF:
            draft.pending.append(Pending(column, text))
        elif facts.kind is Kind.TAGS:
            draft.tags += values.unpack_tags(values.parse(facts, text))
        else:
            self._set(draft, rule, facts, text)

    def _set(self, draft: Draft, rule: Rule, facts: Facts, text: str) -> None:
        if text.casefold() in rule.tagged:
            draft.tags.append(text)
        earlier = draft.values.get(rule.field)
        if rule.field == self.info.facts.title and isinstance(earlier, str):
            text = f"{earlier} {text}"  # a first name and a last name in two columns
        draft.values[rule.field] = _read(rule, facts, text, self.region)

    def _missing(self, draft: Draft) -> Rejection | None:
        given = {wanted.column.rule.field for wanted in draft.pending} | draft.values.keys() | self.defaults.keys()
        for column in self.columns:
            name = column.rule.field
            if column.facts.required and name not in given:
                return Rejection(draft.line, column.name, f"{column.facts.label} is missing.")
        return None


def _read(rule: Rule, facts: Facts, text: str, region: str) -> Value:
    if rule.words:
        return _word(rule, facts, text)
    for pattern in rule.formats:
        try:
            return clock.from_datetime(datetime.strptime(text, pattern))  # noqa: DTZ007 (Indian time is meant)
        except (ValueError, OverflowError):
            continue
    return values.parse(facts, text, region=region)


def _word(rule: Rule, facts: Facts, text: str) -> Value:
    try:
        return values.normalise(facts, rule.words[text.casefold()])
    except KeyError:
        known = ", ".join(sorted(rule.words))
        raise ValueProblem("unknown_word", f"{facts.label}: “{text}” is none of: {known}.") from None
