"""Records of any kind by name, for the command line: texts in, and each act through the service of its aggregate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import EntityInfo, entity
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.permissions import Action
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Compare, Condition, Keyset, ListQuery, Record, Value
from nxcrm_desktop.domain.values import normalise, parse
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.activity import ActivityService
from nxcrm_desktop.services.changes import change, fresh, stage_words
from nxcrm_desktop.services.leads import LeadService
from nxcrm_desktop.services.review import ReviewService
from nxcrm_desktop.services.transactions import TransactionService
from nxcrm_desktop.store.engine import Store

Typed = Mapping[str, Value]
"""Column → what was typed (text, read as a person writes it; money as whole paise) or a machine value (an integer)."""

_PAGE = 1_000
_OPERATORS = (
    ("!=", Compare.NE), (">=", Compare.GE), ("<=", Compare.LE), ("~", Compare.CONTAINS), (">", Compare.GT),
    ("<", Compare.LT), ("=", Compare.EQ),
)  # fmt: skip


class RecordService:
    """List, get, create, update and delete rows of any entity. Every method is one transaction."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor
        activity, deals = ActivityService(store, actor), TransactionService(store, actor)
        self._makers: Mapping[str, Callable[[dict[str, Any]], str]] = {
            "lead": LeadService(store, actor).create,
            "communication": lambda values: activity.log(values.pop("kind", ""), **values),
            "transaction": lambda values: deals.record(**_needed("transaction", values, "kind", "agreed_paise")),
            "payment_entry": lambda values: deals.add_payment(
                **_needed("payment_entry", values, "transaction_id", "direction", "mode", "amount_paise")
            ),
        }
        self._activity = activity
        self._review = ReviewService(store, actor)

    def query(
        self,
        name: str,
        where: Sequence[str] = (),
        *,
        order: str | None = None,
        descending: bool = False,
        search: str = "",
    ) -> ListQuery:
        """The list that is meant. Each of ``where`` is FIELD=TEXT; also != < <= > >= and ~ (contains).

        Nothing after the sign means "is empty". ``order``: a sortable column or id, the default.
        """
        info = self._readable(name)
        return ListQuery(name, tuple(self._condition(info, text) for text in where), search, order or "id", descending)

    def list(self, query: ListQuery, *, limit: int | None = None) -> Iterator[Record]:
        """The rows of a list from :meth:`query`, a page at a time; all of them without a limit."""
        self._readable(query.entity)
        after: Keyset | None = None
        left = limit
        while left is None or left > 0:
            with self._store.read() as reader:
                page = reader.page(query, limit=min(left or _PAGE, _PAGE), after=after)
            yield from page.rows
            after = page.next
            left = None if left is None else left - len(page.rows)
            if after is None:
                return

    def get(self, name: str, row_id: str) -> Record:
        """One row. Raises NxcrmError ``not_found``."""
        self._readable(name)
        with self._store.read() as reader:
            return reader.require(name, row_id)

    def create(self, name: str, values: Typed) -> str:
        """Make a row; returns its id."""
        guard.require(self._actor, Action.CREATE, name)
        given = self.parse(name, values)
        maker = self._makers.get(name)
        if maker is not None:
            return maker({field: value for field, value in given.items() if value is not None})
        with self._store.write(self._actor) as work:
            return work.create(name, {**fresh(entity(name), self._actor), **given})

    def update(self, name: str, row_id: str, changes: Typed) -> bool:
        """Change fields of a row. False when nothing differed. A status decides a refused edit: see ReviewService."""
        guard.require(self._actor, Action.UPDATE, name)
        given = self.parse(name, changes)
        if name == "quarantine" and given.get("status"):
            self._review.turn(row_id, str(given["status"]), str(given.get("note") or ""))
            return True
        with self._store.write(self._actor) as work:
            return change(work, name, row_id, given)

    def delete(self, name: str, row_id: str) -> None:
        """Delete a row."""
        guard.require(self._actor, Action.DELETE, name)
        if name in ("communication", "task"):
            self._activity.delete(name, row_id)
            return
        with self._store.write(self._actor) as work:
            work.delete(name, row_id)

    def restore(self, name: str, row_id: str) -> None:
        """Take back the deletion of a row; the next sync brings it. NxcrmError ``already_exists``, ``not_allowed``."""
        with self._store.write(self._actor) as work:
            work.restore(name, row_id, {})

    def parse(self, name: str, values: Typed) -> dict[str, Value]:
        """What was typed, as stored values. Raises NxcrmError ``unknown_field``, ``invalid_value``."""
        info = entity(name)
        return {field: self._value(info, field, value) for field, value in values.items()}

    def _value(self, info: EntityInfo, field: str, value: Value) -> Value:
        facts = info.field(field)
        if isinstance(value, str) and not value.strip():
            return None
        try:
            if not isinstance(value, str):
                return normalise(facts, value)
            if facts.kind is Kind.MONEY:
                return normalise(facts, _paise(value))
            return parse(facts, self._stage(value) if facts.kind is Kind.STAGE else value)
        except ValueProblem as problem:
            raise guard.invalid(field, problem.message) from None

    def _stage(self, text: str) -> str:
        """A stage may be given by its key or its name."""
        with self._store.read() as reader:
            return stage_words(reader).get(text.casefold(), text)

    def _condition(self, info: EntityInfo, text: str) -> Condition:
        found = [(text.index(sign), -len(sign), sign, compare) for sign, compare in _OPERATORS if sign in text]
        if not found:
            raise guard.invalid("where", f"“{text}” is not a filter.", "Write FIELD=VALUE.")
        at, _, sign, compare = min(found)
        field, operand = text[:at].strip(), text[at + len(sign) :].strip()
        info.field(field)
        if not operand:
            return Condition(field, Compare.NOT_NULL if compare is Compare.NE else Compare.NULL)
        value = operand if compare is Compare.CONTAINS else self._value(info, field, operand)
        return Condition(field, compare, value)

    def _readable(self, name: str) -> EntityInfo:
        guard.require(self._actor, Action.READ, name)
        return entity(name)


def _paise(text: str) -> int:
    """Money is whole paise here: the command line never guesses whether rupees were meant."""
    if not text.strip().removeprefix("-").isdecimal():
        raise ValueProblem("not_money", f"“{text}” is not a whole number of paise.")
    return int(text)


def _needed(name: str, values: dict[str, Any], *fields: str) -> dict[str, Any]:
    """The values, if none of these fields is missing. Raises NxcrmError ``invalid_value``."""
    info = entity(name)
    for field in fields:
        if values.get(field) is None:
            raise guard.invalid(field, f"{info.fields[field].label} is missing.")
    for field in values.keys() & {"reverses_id"}:
        raise guard.invalid(field, "A payment is reversed by its own command, not by hand.", "Reverse the payment.")
    return values
