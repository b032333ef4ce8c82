"""The base of all entities: common columns, and how a column is declared together with its facts."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import BigInteger, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column

from nxcrm_desktop.domain.facts import EntityFacts, Facts, Kind, Merge, Personal, Purpose, Write

FACTS_KEY = "facts"


def column(label: str, kind: Kind = Kind.TEXT, **facts: Any) -> MappedColumn[Any]:
    """Declare one column with its facts (see :class:`Facts` for the keywords)."""
    known = Facts(label=label, kind=kind, **facts)
    return mapped_column(
        BigInteger() if kind.is_integer else Text(),
        nullable=not known.required,
        primary_key=kind is Kind.ID,
        info={FACTS_KEY: known},
    )


class Entity(DeclarativeBase):
    """Base of every entity. ``__facts__`` describes the entity, each column's ``info['facts']`` the column."""

    metadata = MetaData()
    __facts__: ClassVar[EntityFacts]

    id: Mapped[str] = column("Id", Kind.ID, required=True, write=Write.ONCE, merge=Merge.SERVER)
    created_at: Mapped[int] = column("Created", Kind.INSTANT, required=True, write=Write.SERVER, merge=Merge.SERVER)
    created_by: Mapped[str | None] = column(
        "Created by", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.SERVER, purpose=Purpose.SECURITY
    )
    updated_at: Mapped[int] = column(
        "Changed", Kind.INSTANT, required=True, write=Write.SERVER, merge=Merge.CLIENT, sort=True
    )
    updated_by: Mapped[str | None] = column(
        "Changed by", Kind.REF, ref="user", write=Write.SERVER, merge=Merge.CLIENT, purpose=Purpose.SECURITY
    )


__all__ = ["FACTS_KEY", "Entity", "Kind", "Merge", "Personal", "Purpose", "Write", "column"]
