"""vCard 2.1, 3.0 and 4.0 (RFC 6350): one row per card. Pictures, keys and sounds are left out and said to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import vobject

from nxcrm_desktop.importing import encoding
from nxcrm_desktop.importing.source import MAX_ROWS, Row, Source, fit, refused, too_many_rows

COLUMNS = (
    "Name", "Phone", "Other phone", "E-mail", "Company", "Website", "Address", "City", "State", "PIN code",
    "Date of birth", "Remarks",
)  # fmt: skip
_BULKY = re.compile(r"^(?:[A-Za-z0-9-]+\.)?(PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
# Many programs forget to escape a comma in these (RFC 6350, 3.4), and a parser then drops what follows it.
_ONE_TEXT = re.compile(r"^(?:[A-Za-z0-9-]+\.)?(FN|NOTE|TEL|EMAIL)[;:]", re.IGNORECASE)
_BARE_COMMA = re.compile(r"(?<!\\),")
_PROPERTY = re.compile(r"^(?:[A-Za-z0-9-]+\.)?[A-Za-z][A-Za-z0-9-]*[;:]")
_CARRIED = frozenset(
    {"version", "fn", "n", "tel", "email", "org", "url", "adr", "bday", "note", "prodid", "uid", "rev", "label"}
)
_FAX = frozenset({"FAX", "PAGER"})


def open_vcards(path: Path) -> Source:
    """Read all cards once. Raises NxcrmError ``file_empty``, ``too_large``, ``wrong_encoding``."""
    codec, notes = encoding.detect(path)
    count, left_out = 0, set[str]()
    for count, (_, text) in enumerate(_cards(path, codec), start=1):
        left_out |= _left_out(text)
        if count > MAX_ROWS:
            raise too_many_rows(path)
    if not count:
        raise refused("file_empty", f"{path.name} has no complete card.", "Export the address book again.")
    if left_out:
        notes = (*notes, f"Not taken from the cards: {', '.join(sorted(left_out))}.")

    def rows() -> Iterator[Row]:
        return (_row(line, text) for line, text in _cards(path, codec))

    return Source(path, "vcard", COLUMNS, count, rows, codec, notes=notes)


def _cards(path: Path, codec: str) -> Iterator[tuple[int, str]]:
    """(line of BEGIN, text) of every card, without pictures, keys and sounds."""
    begins, lines, bulky, plain = 0, list[str](), False, False
    with path.open(encoding=codec) as file:
        for number, line in enumerate(file, start=1):
            if line.strip().upper() == "BEGIN:VCARD":
                begins, lines = number, []
            bulky = bool(_BULKY.match(line)) or (bulky and not _PROPERTY.match(line))
            if begins and not bulky and line.strip():
                plain = bool(_ONE_TEXT.match(line)) or (plain and not _PROPERTY.match(line))
                lines.append(_BARE_COMMA.sub(r"\\,", line) if plain else line)
            if begins and line.strip().upper() == "END:VCARD":
                yield begins, "".join(lines)
                begins = 0


def _names(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if _PROPERTY.match(line):
            yield re.split("[;:]", line, maxsplit=1)[0].rpartition(".")[2].lower()


def _left_out(text: str) -> set[str]:
    return {name.upper() for name in _names(text)} - {name.upper() for name in _CARRIED} - {"BEGIN", "END"}


def _row(line: int, text: str) -> Row:
    try:
        values = _values(vobject.readOne(text, allowQP=True).contents)
    except (vobject.base.VObjectError, ValueError, AttributeError, LookupError, TypeError):
        return Row(line, ("",) * len(COLUMNS), "The card is not well formed.")
    return fit(line, [values.get(name, "") for name in COLUMNS], len(COLUMNS))


def _values(contents: Mapping[str, list[Any]]) -> dict[str, str]:
    found = {"Name": _name(contents), "E-mail": _first(contents, "email"), "Website": _first(contents, "url")}
    found |= {"Date of birth": _birthday(_first(contents, "bday")), "Remarks": _first(contents, "note")}
    if "org" in contents:
        found["Company"] = str(contents["org"][0].value[0])
    phones = _phones(contents)
    found |= dict(zip(("Phone", "Other phone"), phones, strict=False))
    return found | _address(contents)


def _name(contents: Mapping[str, list[Any]]) -> str:
    if full := _first(contents, "fn"):
        return full
    if "n" not in contents:
        return ""
    name = contents["n"][0].value
    return " ".join(part for part in (str(name.given), str(name.family)) if part)


def _first(contents: Mapping[str, list[Any]], name: str) -> str:
    return str(contents[name][0].value) if name in contents else ""


def _phones(contents: Mapping[str, list[Any]]) -> list[str]:
    """Mobile numbers first; fax and pager never."""
    lines = [(_types(item), str(item.value)) for item in contents.get("tel", [])]
    usable = [(kinds, value) for kinds, value in lines if not kinds & _FAX]
    return [value for kinds, value in sorted(usable, key=lambda pair: "CELL" not in pair[0])]


def _types(item: Any) -> frozenset[str]:
    marked = [*item.params.get("TYPE", []), *getattr(item, "singletonparams", [])]
    return frozenset(kind.upper() for kind in marked)


def _birthday(text: str) -> str:
    digits = text.strip()
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if re.fullmatch(r"\d{8}", digits) else digits[:10]


def _address(contents: Mapping[str, list[Any]]) -> dict[str, str]:
    if "adr" not in contents:
        return {}
    where = contents["adr"][0].value
    street = [_joined(part) for part in (where.box, where.extended, where.street)]
    return {
        "Address": "\n".join(part for part in (*street, _joined(where.country)) if part),
        "City": _joined(where.city), "State": _joined(where.region), "PIN code": _joined(where.code),
    }  # fmt: skip


def _joined(part: Any) -> str:
    return ", ".join(map(str, part)) if isinstance(part, list) else str(part)
