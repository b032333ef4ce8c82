"""Full-text search: what is indexed of a row, and how what a person typed is looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from nxcrm_desktop.domain import names
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.domain.records import Record, Value

_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_DIGIT_GROUPS = re.compile(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])")
_ASPIRATED = re.compile(r"(?<=[bcdgjkprstz])h")
_DOUBLED = re.compile(r"([a-z])\1+")
_VOWELS = (("aa", "a"), ("ee", "i"), ("oo", "u"), ("w", "v"))
_SHORTEST_END = 3  # digits of a phone number's end that find it
_SOUND = "ˇ"  # marks a word as heard; no written word begins with it
_MAX_WORDS = 12
_CANDIDATES = 4  # × limit: the newest matches, of which the best are shown


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One row found. ``title`` names it to a person."""

    entity: str
    id: str
    title: str
    record: Record


def words_of(text: str) -> list[str]:
    """Folded words of a text."""
    return _ASCII_WORDS.findall(text.lower()) if text.isascii() else names.words(text)


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """How a name is heard, roughly: Sharma, Sarma and शर्मा are one; so are Deepak, Dipak and दीपक."""
    plain = _ASPIRATED.sub("", names.latin(word))
    for spelt, heard in _VOWELS:
        plain = plain.replace(spelt, heard)
    return _SOUND + _DOUBLED.sub(r"\1", plain)


@lru_cache(maxsize=50_000)
def _heard(word: str) -> str:
    """How a word is heard; "" where that is as it is written, and for numbers."""
    heard = "" if word.isdigit() else sound(word)
    return heard if heard[1:] != word else ""


def _text_tokens(text: str) -> Iterable[str]:
    """The words as they are written, and as they are heard where that differs."""
    written = words_of(text)
    return written + [heard for word in written if (heard := _heard(word)) and heard[1:] not in written]


def _phone_tokens(e164: str) -> Iterable[str]:
    """The number with and without country code, and its ends down to three digits: any run of digits is a prefix."""
    digits = e164.lstrip("+")
    if digits.startswith("91"):
        return (digits, *(digits[start:] for start in range(2, len(digits) - _SHORTEST_END + 1)))
    return tuple(digits[start:] for start in range(len(digits) - _SHORTEST_END + 1))


def _registration_tokens(mark: str) -> Iterable[str]:
    """MH12AB1234 whole and from each change between letters and digits on, so that typed groups are found."""
    folded = mark.lower()
    return (folded, *(folded[found.start() :] for found in _DIGIT_GROUPS.finditer(folded)))


_TOKENISERS: dict[Kind, Callable[[str], Iterable[str]]] = {
    Kind.TEXT: _text_tokens,
    Kind.PHONE: _phone_tokens,
    Kind.REGISTRATION: _registration_tokens,
}


def entity_token(name: str) -> str:
    """The word that stands for the entity in the index. No typed word can be it."""
    return f"‹{entity(name).number}"


@cache
def indexer(name: str) -> Callable[[Sequence[Value]], str]:
    """A function from a row in column order to its words: each once, each after a space; "" when there are none."""
    info = entity(name)
    places = [(info.columns.index(n), _TOKENISERS.get(info.fields[n].kind, words_of)) for n in info.searchable]
    head = f" {entity_token(name)} "

    def words(row: Sequence[Value]) -> str:
        found = [token for at, split in places if (value := row[at]) for token in split(str(value))]
        return head + " ".join(dict.fromkeys(found)) if found else ""

    return words


@dataclass(frozen=True, slots=True)
class TypedText:
    """What a person typed, as alternatives of words that must each begin a word of the row."""

    alternatives: tuple[tuple[str, ...], ...]

    @property
    def empty(self) -> bool:
        """Whether there is no word in it."""
        return not self.alternatives

    def match(self, entities: Sequence[str] = ()) -> str:
        """The query in FTS5's language. Words hold letters and digits only, so nothing typed is ever syntax."""
        clauses = ["(" + " OR ".join(f'"{w}"*' for w in words) + ")" for words in self.alternatives]
        if entities:
            clauses.insert(0, "(" + " OR ".join(f'"{entity_token(name)}"' for name in entities) + ")")
        return " AND ".join(clauses)

    def whole_words(self, words: str) -> int:
        """How many of the typed words stand in a document as whole words."""
        return sum(any(f" {word} " in f"{words} " for word in choice) for choice in self.alternatives)


def _alternatives(word: str) -> tuple[str, ...]:
    if word.isdigit():
        trunk = word.lstrip("0")  # 098765… is dialled, 98765… is stored
        return (word, trunk) if trunk != word and len(trunk) >= _SHORTEST_END else (word,)
    heard = sound(word)
    latin = () if word.isascii() else (names.latin(word), heard[1:])
    return tuple(dict.fromkeys((word, *filter(None, latin), *([heard] if len(heard) > 1 else []))))


def typed(text: str) -> TypedText:
    """Read what was typed. Any text at all is allowed; what is no letter or digit separates words."""
    clean = text.encode(errors="ignore").decode()  # lone surrogates
    return TypedText(tuple(_alternatives(word) for word in dict.fromkeys(words_of(clean)[:_MAX_WORDS])))


def find(cursor: Any, text: TypedText, entities: Sequence[str], limit: int) -> list[tuple[str, str]]:
    """(entity, id) of the best of the newest matches. Ranking the whole match would take seconds on short words."""
    if text.empty:
        return []
    rows = cursor.execute(
        "SELECT d.entity, d.row_id, d.words FROM search JOIN search_doc AS d ON d.docid = search.rowid "
        "WHERE search MATCH ? ORDER BY search.rowid DESC LIMIT ?",
        (text.match(entities), limit * _CANDIDATES),
    ).fetchall()
    ranked = sorted(rows, key=lambda row: -text.whole_words(row[2]))  # stable: newest first among equals
    return [(row[0], row[1]) for row in ranked[:limit]]


class Index:
    """Keeps the full-text index in step with rows, inside the caller's transaction."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def add(self, documents: Sequence[tuple[str, str, str]]) -> None:
        """Index rows that are not in it yet: (entity, id, words) each; those without words are passed over."""
        present = [doc for doc in documents if doc[2]]
        if not present:
            return
        top = self._cursor.execute("SELECT coalesce(max(docid), 0) FROM search_doc").fetchone()[0]
        numbered = [(top + i, *doc) for i, doc in enumerate(present, start=1)]
        self._cursor.executemany("INSERT INTO search_doc (docid, entity, row_id, words) VALUES (?, ?, ?, ?)", numbered)
        self._cursor.executemany(
            "INSERT INTO search (rowid, words) VALUES (?, ?)", [(number, words) for number, _, _, words in numbered]
        )

    def put(self, documents: Sequence[tuple[str, str, str]]) -> None:
        """Index rows anew. One whose words are the same is left alone: most edits touch no word."""
        changed = []
        for name, row_id, words in documents:
            known = self._known(name, row_id)
            if known is None:
                changed.append((name, row_id, words))
            elif known[1] != words:
                self._forget(*known)
                changed.append((name, row_id, words))
        self.add(changed)

    def remove(self, rows: Iterable[tuple[str, str]]) -> None:
        """Take rows, given as (entity, id), out of the index."""
        for name, row_id in rows:
            known = self._known(name, row_id)
            if known is not None:
                self._forget(*known)

    def rebuild_after_bulk_removal(self) -> None:
        """Build the index anew from the documents that are left."""
        self._cursor.execute("INSERT INTO search (search) VALUES ('rebuild')")

    def _known(self, name: str, row_id: str) -> tuple[int, str] | None:
        found: tuple[int, str] | None = self._cursor.execute(
            "SELECT docid, words FROM search_doc WHERE row_id = ? AND entity = ?", (row_id, name)
        ).fetchone()
        return found

    def _forget(self, docid: int, words: str) -> None:
        self._cursor.execute("INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", (docid, words))
        self._cursor.execute("DELETE FROM search_doc WHERE docid = ?", (docid,))
