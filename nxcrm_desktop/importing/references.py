"""References of drafts looked up in the store, a batch at a time. What is not found is never made up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nxcrm_desktop.domain import values
from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.ids import is_id
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Record, Value
from nxcrm_desktop.importing.mapping import Draft, Pending, Rejection

Find = Callable[[str, str, Sequence[Value]], Sequence[Record]]
"""(entity, field, values) → rows whose field is one of the values."""


class References:
    """Finds rows by id, or by the columns a rule names; a text that fits two rows fits none."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(dict)

    def load(self, drafts: Sequence[Draft]) -> None:
        """Look up every text of these drafts that was not looked up before."""
        wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
        for draft in drafts:
            for pending in draft.pending:
                for name in ("id", *pending.column.rule.ref):
                    if name != "id" or is_id(pending.text):
                        wanted[pending.column.facts.ref, name].add(pending.text)
        for key, texts in wanted.items():
            self._load(key, sorted(texts - self._found[key].keys()))

    def _load(self, key: tuple[str, str], texts: Sequence[str]) -> None:
        known = self._found[key]
        known.update((text, set()) for text in texts)
        for record in self._find(key[0], key[1], texts) if texts else ():
            known[record.text(key[1])].add(record.id)

    def id_of(self, pending: Pending) -> str | None:
        """The one row that is meant, or None."""
        for name in ("id", *pending.column.rule.ref):
            ids = self._found[pending.column.facts.ref, name].get(pending.text, set())
            if len(ids) == 1:
                return next(iter(ids))
        return None


@dataclass(frozen=True, slots=True)
class Importer:
    """Whose import it is, and whether rows may be given to other members of staff: a salesperson's stay their own."""

    user_id: str
    may_give: bool


def settle(info: EntityInfo, draft: Draft, references: References, importer: Importer) -> Rejection | list[Rejection]:
    """Put ids for the references, and the tags, into the draft. Returns what refuses it, or warnings of empty links."""
    warnings: list[Rejection] = []
    for pending in draft.pending:
        column = pending.column
        found = references.id_of(pending)
        if found is not None and (column.facts.ref != "user" or importer.may_give or found == importer.user_id):
            draft.values[column.rule.field] = found
        elif column.rule.tag is not None:
            draft.tags.append(column.rule.tag + pending.text)
        else:
            warnings.append(_empty_link(draft, pending, found))
    try:
        if draft.tags:
            draft.values["tags"] = values.normalise(info.fields["tags"], values.pack_tags(draft.tags))
    except ValueProblem as problem:
        return Rejection(draft.line, "", problem.message)
    return _orphan(info, draft) or warnings


def _empty_link(draft: Draft, pending: Pending, found: str | None) -> Rejection:
    why = "you may not give it to" if found else "no single row here answers to"
    said = f"{pending.column.facts.label}: {why} “{pending.text}”; the link was left as it was."
    return Rejection(draft.line, pending.column.name, said)


def _orphan(info: EntityInfo, draft: Draft) -> Rejection | None:
    """A row that hangs on another (a call on its lead) and on nobody here would be seen by no one."""
    scope = info.facts.scope
    if scope.owners or not scope.parents:
        return None
    if any(draft.values.get(column) for column, _ in scope.parents):
        return None
    kinds = " or ".join(info.fields[column].label.lower() for column, _ in scope.parents)
    return Rejection(draft.line, "", f"It belongs to no {kinds} that is here. Import those first.")
