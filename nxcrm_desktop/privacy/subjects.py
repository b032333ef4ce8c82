"""Finding the person a request is about: by phone, e-mail or name, across scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, MetaData, select

from nxcrm_desktop.domain import names, phones, values
from nxcrm_desktop.domain.dictionary import ENTITIES, EntityInfo, entity
from nxcrm_desktop.domain.facts import Kind, Personal
from nxcrm_desktop.domain.identifiers import email
from nxcrm_desktop.domain.problems import ValueProblem
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError

PEOPLE: tuple[EntityInfo, ...] = tuple(info for info in ENTITIES.values() if info.facts.is_person)
LIMIT = 100


@dataclass(frozen=True, slots=True)
class Subject:
    """The row that stands for a person: a customer, a lead or a member of staff."""

    entity: str
    id: str


@dataclass(frozen=True, slots=True)
class SubjectHit:
    """A person that fits what was searched for: ``label`` tells two of one name apart, ``why`` is what fitted."""

    entity: str
    id: str
    label: str
    why: str


def find_subjects(connection: Connection, metadata: MetaData, text: str, limit: int = LIMIT) -> list[SubjectHit]:
    """People whose phone or e-mail equals the text, or whose name has all its words (as beginnings of words).

    A phone or an e-mail is compared whole, in normal form; names are compared folded and romanised.
    Raises NxcrmError ``nothing_to_search`` for an empty text.
    """
    if not text.strip():
        raise NxcrmError("nothing_to_search", "There is nothing to search for.", todo="Give a phone, e-mail or name.")
    hits: dict[tuple[str, str], SubjectHit] = {}
    for hit in (*_exact(connection, metadata, text), *_named(connection, metadata, text)):
        hits.setdefault((hit.entity, hit.id), hit)
        if len(hits) >= limit:
            break
    return list(hits.values())


def subject_of(connection: Connection, metadata: MetaData, row_id: str) -> Subject:
    """The person of that id. Raises NxcrmError ``subject_unknown``."""
    for info in PEOPLE:
        table = metadata.tables[info.name]
        if connection.execute(select(table.c.id).where(table.c.id == row_id)).first():
            return Subject(info.name, row_id)
    raise NxcrmError(
        "subject_unknown",
        "There is no person of that id here.",
        safe="Nothing was written.",
        todo="Search for the person and use the id of the result.",
    )


def label_of(info: EntityInfo, row: dict[str, Value]) -> str:
    """A name with what tells two of that name apart: phone, e-mail, city."""
    shown = [
        values.display(facts, row.get(name))
        for name, facts in info.fields.items()
        if name == info.facts.title or facts.personal is Personal.CONTACT
    ]
    return " · ".join(part for part in shown[:4] if part)


def _exact(connection: Connection, metadata: MetaData, text: str) -> Iterator[SubjectHit]:
    wanted = {Kind.PHONE: _phone(text), Kind.EMAIL: _email(text)}
    for info in PEOPLE:
        table = metadata.tables[info.name]
        for name, facts in info.fields.items():
            if value := wanted.get(facts.kind):
                for row in connection.execute(select(*_shown(info, metadata)).where(table.c[name] == value)):
                    yield _hit(info, dict(row._mapping), facts.label)


def _phone(text: str) -> str | None:
    try:
        return phones.to_e164(text)
    except ValueProblem:
        return None


def _email(text: str) -> str | None:
    try:
        return email(text)
    except ValueProblem:
        return None


def _named(connection: Connection, metadata: MetaData, text: str) -> Iterator[SubjectHit]:
    wanted = names.words(names.latin(text))
    if not wanted:
        return
    for info in PEOPLE:
        title = info.facts.title
        query = select(*_shown(info, metadata)).order_by(metadata.tables[info.name].c.id.desc())
        # Names are romanised in Python, so every name is read once; in parts, so that memory stays flat.
        for row in connection.execution_options(yield_per=2_000).execute(query):
            if _fits(wanted, str(row._mapping[title])):
                yield _hit(info, dict(row._mapping), info.fields[title].label)


def _fits(wanted: list[str], name: str) -> bool:
    have = names.words(name if name.isascii() else names.latin(name))
    return all(any(word.startswith(part) for word in have) for part in wanted)


def _shown(info: EntityInfo, metadata: MetaData) -> list[Column[Any]]:
    table = metadata.tables[info.name]
    return [
        table.c[name]
        for name, facts in info.fields.items()
        if name in ("id", info.facts.title) or facts.personal is Personal.CONTACT
    ]


def _hit(info: EntityInfo, row: dict[str, Value], why: str) -> SubjectHit:
    return SubjectHit(info.name, str(row["id"]), label_of(info, row), why)


def describe(connection: Connection, metadata: MetaData, subject: Subject) -> str:
    """The label of a known person."""
    info = entity(subject.entity)
    table = metadata.tables[info.name]
    row = connection.execute(select(*_shown(info, metadata)).where(table.c.id == subject.id)).one()
    return label_of(info, dict(row._mapping))
