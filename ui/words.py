"""Values and names as a person reads them, in the interface's language. Main thread only, unless it says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from nxcrm_desktop.domain import clock, values
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.domain.records import Compare, Condition, ListQuery, Record, Value
from ui.language import translate

Lister = Callable[[ListQuery, int], Iterable[Record]]
_IN_A_QUERY = 200
_MINUTE, _DAY = 60_000, 86_400_000


def said(text: str) -> str:
    """A word of the data dictionary (a label, a choice) in the interface's language."""
    return QCoreApplication.translate("Dictionary", text)


def label_of(entity: str, field: str) -> str:
    """What a column is called."""
    return said(ENTITIES[entity].fields[field].label)


@dataclass(frozen=True)
class StageWords:
    """One stage of the pipeline as it is shown."""

    key: str
    label: str
    outcome: str


@dataclass(frozen=True)
class Lists:
    """The short lists every screen needs: staff by id, stages in order."""

    users: dict[str, str]
    stages: tuple[StageWords, ...]


def _read_lists(lister: Lister) -> Lists:
    hindi = QLocale().language() is QLocale.Language.Hindi
    users = {record.id: record.text("full_name") for record in lister(ListQuery("user", order="full_name"), 2000)}
    stages = sorted(
        lister(ListQuery("lead_stage", order="position"), 100), key=lambda record: record.integer("position")
    )
    return Lists(
        users,
        tuple(
            StageWords(s.text("key"), (s.text("label_hi") if hindi else "") or s.text("label"), s.text("outcome"))
            for s in stages
        ),
    )


def record_title(record: Record) -> str:
    """What a row is called."""
    if record.entity == "vehicle":
        return " ".join(part for part in (record.text("make"), record.text("model")) if part)
    title = record.text(ENTITIES[record.entity].facts.title)
    if record.entity == "communication" and not title:
        lines = record.text("body").strip().splitlines()
        return lines[0] if lines else record.text("outcome")
    return title


def initials(name: str) -> str:
    """Up to two letters for an avatar."""
    parts = [part for part in name.split() if part[0].isalnum()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper() or "·"


class Words:
    """Shows values. ``lists`` is replaced when staff or stages change."""

    def __init__(self, lister: Lister) -> None:
        self._lister = lister
        self.lists = Lists({}, ())

    def read_lists(self) -> Lists:
        """Staff and stages anew; runs on a reader thread."""
        return _read_lists(self._lister)

    def show(self, facts: Facts, value: Value, titles: dict[tuple[str, str], str] | None = None) -> str:
        """One value; null is the empty string."""
        if value is None:
            return ""
        if facts.kind is Kind.STAGE:
            return next((stage.label for stage in self.lists.stages if stage.key == value), str(value))
        if facts.kind is Kind.REF:
            return self._title(facts.ref, str(value), titles or {})
        if facts.kind is Kind.INSTANT:
            return when(int(value), clock.now_ms())
        shown = values.display(facts, value)
        return said(shown) if facts.kind in (Kind.CHOICE, Kind.BOOL) else shown

    def field(self, record: Record, name: str, titles: dict[tuple[str, str], str] | None = None) -> str:
        """One column of a record."""
        return self.show(ENTITIES[record.entity].fields[name], record[name], titles)

    def user(self, user_id: Value) -> str:
        """A member of staff by id."""
        return self.lists.users.get(str(user_id), "") if user_id else ""

    def stage_outcome(self, key: Value) -> str:
        """open, won or lost."""
        return next((stage.outcome for stage in self.lists.stages if stage.key == key), "open")

    def _title(self, entity: str, row_id: str, titles: dict[tuple[str, str], str]) -> str:
        if entity == "user":
            return self.user(row_id)
        return titles.get((entity, row_id), "")

    def titles_of(self, records: list[Record]) -> dict[tuple[str, str], str]:
        """Names of all rows these records point to. Reads; runs on a reader thread."""
        wanted: dict[str, set[str]] = {}
        for record in records:
            for name, facts in ENTITIES[record.entity].fields.items():
                value = record.values.get(name)
                if facts.kind is Kind.REF and facts.ref != "user" and value:
                    wanted.setdefault(facts.ref, set()).add(str(value))
        return {
            (entity, record.id): record_title(record)
            for entity, ids in wanted.items()
            for chunk in _chunks(sorted(ids))
            for record in self._lister(
                ListQuery(entity, where=(Condition("id", Compare.IN, chunk),), order="id"), _IN_A_QUERY
            )
        }


def _chunks(ids: list[str]) -> Iterable[tuple[str, ...]]:
    return (tuple(ids[i : i + _IN_A_QUERY]) for i in range(0, len(ids), _IN_A_QUERY))


def when(instant_ms: int, now_ms: int) -> str:
    """A moment as people say it: the hour today, "Yesterday 14:05", else day-month-year and hour."""
    moment, now = clock.local_datetime(instant_ms), clock.local_datetime(now_ms)
    days = (moment.date() - now.date()).days
    hour = moment.strftime("%H:%M")
    if 0 <= now_ms - instant_ms < _MINUTE:
        return translate("When", "Just now")
    named = {
        0: translate("When", "Today %1"),
        -1: translate("When", "Yesterday %1"),
        1: translate("When", "Tomorrow %1"),
    }
    return named[days].replace("%1", hour) if days in named else moment.strftime("%d-%m-%Y %H:%M")
