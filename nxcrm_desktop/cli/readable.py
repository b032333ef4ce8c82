"""Answers as people read them: sentences, short tables, one line a hit. Made of what goes out as JSON to programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nxcrm_desktop.domain import values
from nxcrm_desktop.domain.dictionary import COMMON, EntityInfo, entity
from nxcrm_desktop.domain.facts import Facts, Kind
from nxcrm_desktop.services.conflicts import facts_of

Row = Mapping[str, Any]
_GAP = "  "
_WIDEST = 36
_MAIN_FIELDS = 4
_MOST_LINES = 50
_TELLING = (
    Kind.PHONE, Kind.REGISTRATION, Kind.STAGE, Kind.CHOICE, Kind.MONEY, Kind.INSTANT, Kind.DATE, Kind.TEXT, Kind.EMAIL,
    Kind.INTEGER,
)  # fmt: skip
"""Kinds of values that tell rows apart, the most telling first. Long texts, references and digests do not."""


def fields(answer: Row) -> str:
    """One thing: a line for each field that has a value."""
    return "\n".join(f"{name}: {_word(value)}" for name, value in answer.items() if value not in (None, "", []))


def status(answer: Row) -> str:
    """Where the device stands, less what only the server can read."""
    return fields({name: value for name, value in answer.items() if name != "cursor"})


def enrolled(answer: Row) -> str:
    """What was set up, and the recovery codes, one a line."""
    told = fields({name: value for name, value in answer.items() if name != "recovery_codes"})
    codes = answer["recovery_codes"]
    return "\n".join([told, "", "Recovery codes. Keep these; they are shown once:", *codes]) if codes else told


def records(name: str) -> Callable[[Sequence[Row]], str]:
    """Rows of an entity: title, main fields, id."""

    def told(answer: Sequence[Row]) -> str:
        info = entity(name)
        if not answer:
            return f"There are no {info.facts.plural.lower()}."
        columns = [column for column in _columns(info) if any(row.get(column) is not None for row in answer)]
        shown = [info.facts.title, *(column for column in columns if column != info.facts.title)][: _MAIN_FIELDS + 1]
        heads = [*(info.fields[column].label for column in shown), "Id"]
        body = [[*(_shown(info.fields[column], row.get(column)) for column in shown), row["id"]] for row in answer]
        return _table([heads, *body])

    return told


_PLACES = {
    "here": "on this laptop", "waiting": "waiting to upload", "uploading": "uploading", "server": "on the server",
    "downloading": "downloading", "failed": "failed",
}  # fmt: skip


def documents(answer: Sequence[Row]) -> str:
    """Documents, and where the bytes of each are."""
    if not answer:
        return "There are no documents."
    info = entity("document")
    body = [
        [row["title"], _shown(info.fields["category"], row["category"]), _whereabouts(row), row["id"]] for row in answer
    ]
    return _table([["Title", "Category", "File", "Id"], *body])


def _whereabouts(row: Row) -> str:
    told = _PLACES.get(row["place"], "")
    if row["place"] == "failed":
        told += f" ({row['failure']})"
    return f"{told}, kept" if row["kept"] else told


def hits(answer: Sequence[Row]) -> str:
    """Search hits, one a line."""
    rows = [[hit["title"], entity(hit["entity"]).facts.label, hit["id"]] for hit in answer]
    return _table(rows) if rows else "Nothing was found."


def people(answer: Sequence[Row]) -> str:
    """People found by a privacy search."""
    rows = [[hit["label"], hit["why"], entity(hit["entity"]).facts.label, hit["id"]] for hit in answer]
    return _table([["Person", "Found by", "Kind", "Id"], *rows]) if rows else "Nobody was found."


def conflicts(answer: Sequence[Row]) -> str:
    """Conflicts that wait, with both values."""
    if not answer:
        return "Nothing waits for a decision."
    return _table([["Record", "Field", "Set aside (mine)", "Kept (server)", "Id"], *map(_conflict, answer)])


def _conflict(row: Row) -> list[str]:
    facts = facts_of(entity(row["entity"]), row["field"])
    return [row["row_title"], facts.label, _shown(facts, row["mine"]), _shown(facts, row["theirs"]), row["id"]]


def reports(answer: Sequence[Row]) -> str:
    """The reports there are."""
    return _table([[*map(_word, row.values())] for row in answer])


def imported(answer: Row) -> str:
    """What an import did, or would do, and how to take it back."""
    return "\n".join(_import_lines(answer))


def _import_lines(answer: Row) -> Iterator[str]:
    if answer["dry_run"]:
        yield "Nothing was changed. An import would do this:"
    if answer["cancelled"]:
        yield "The import was stopped; what it did before stays."
    yield (
        f"{answer['created']} created, {answer['updated']} updated, {answer['duplicates']} left out as duplicates, "
        f"{answer['rejected_count']} refused."
    )
    yield from _listed("Refused:", [_reason(one) for one in answer["rejected"]], answer["rejected_count"])
    yield from _listed("Taken without a link that leads nowhere:", [_reason(one) for one in answer["warnings"]])
    alike = [f"line {one['line']}: same {one['field']} as {one['of']}" for one in answer["look_alikes"]]
    yield from _listed("Looks like another:", alike)
    if answer["unmapped"]:
        yield f"Columns that were not taken: {', '.join(answer['unmapped'])}"
    yield from answer["notes"]
    if answer["batch"]:
        yield f"To take it back: nxcrm import undo {answer['batch']}"


def undone(answer: Row) -> str:
    """What taking an import back did."""
    told = f"{answer['deleted']} deleted, {answer['restored']} restored, {len(answer['kept'])} kept."
    return "\n".join([told, *_listed("Kept, because they were worked on since:", answer["kept"])])


def _reason(one: Row) -> str:
    where = f"line {one['line']}, {one['column']}" if one["column"] else f"line {one['line']}"
    return f"{where}: {one['reason']}"


def _listed(head: str, lines: Sequence[str], count: int | None = None) -> Iterator[str]:
    more = (len(lines) if count is None else count) - _MOST_LINES
    if lines:
        yield head
    for line in lines[:_MOST_LINES]:
        yield _GAP + line
    if more > 0:
        yield f"{_GAP}… and {more} more; --json lists them."


def _columns(info: EntityInfo) -> list[str]:
    """The fields of an entity that tell its rows apart, the most telling first."""
    mine = [name for name, facts in info.fields.items() if name not in COMMON and facts.kind in _TELLING]
    return sorted(mine, key=lambda name: (not _listable(info.fields[name]), _TELLING.index(info.fields[name].kind)))


def _listable(facts: Facts) -> bool:
    return facts.required or facts.sort or facts.search


def _shown(facts: Facts, value: object) -> str:
    """A machine's value as a person's."""
    if facts.kind is Kind.INSTANT and isinstance(value, str):
        return values.display(facts, values.parse(facts, value))
    if value is None or isinstance(value, str | int):
        return values.display(facts, value)
    return _word(value)


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns; a cell is one short line. The last column, an id, is whole."""
    cells = [[*map(_short, row[:-1]), row[-1]] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        _GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
