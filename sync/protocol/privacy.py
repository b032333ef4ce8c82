"""Messages of the privacy desk. The answer to a search is a list of people found; that to an export is the package."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sync.protocol.messages import Id
from sync.protocol.prepared import prepare

PACKAGE_TYPE = "application/zip"
Sentence = Annotated[str, Meta(min_length=1, max_length=200)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class Search(Struct, frozen=True):
    """Body of ``POST /v1/privacy/search``: a phone, an e-mail or a name."""

    text: Sentence


class Person(Struct, frozen=True):
    """Somebody who fits: ``label`` tells two of one name apart, ``why`` is what fitted."""

    entity: Literal["contact", "lead", "user"]
    id: str
    label: str
    why: str


class Export(Struct, frozen=True):
    """Body of ``POST /v1/privacy/export``: whose data, on what basis, for whom, and the country it goes to."""

    id: Id
    reason: Sentence
    recipient: Sentence
    country: Country = "IN"


prepare(vars())
