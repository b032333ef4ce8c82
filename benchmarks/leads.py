"""Made-up leads, the same on every run: as a server sends them, and as somebody types them."""

from __future__ import annotations

import random

from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES
from nxcrm_desktop.domain.records import Value
from sync.protocol.messages import MAX_ROWS, PullReply, Rows

COLUMNS = list(ENTITIES["lead"].columns)
_FIRST = ("Ravi", "Sita", "Anil", "Meena", "Deepak", "Kavita", "Suresh", "Priya", "Imran", "Fatima", "रमेश", "देवी")
_LAST = ("Kumar", "Sharma", "Patel", "Reddy", "Iyer", "Khan", "Das", "Singh", "Nair", "Gupta", "शर्मा", "यादव")
_CITIES = ("Pune", "Mumbai", "Delhi", "Chennai", "Jaipur", "Kochi", "Lucknow", "Surat", "Indore", "Nagpur")
_STAGES = ("new", "contacted", "qualified", "test_drive", "booked")
_SOURCES = ("Web", "Walk-in", "Referral", "Cold call")


def leads(count: int) -> list[dict[str, Value]]:
    """So many leads of about 600 bytes."""
    made = random.Random(7)
    owners = [f"01900000-0000-7000-8000-{i:012d}" for i in range(40)]
    return [_lead(made, number, owners) for number in range(count)]


def _lead(made: random.Random, number: int, owners: list[str]) -> dict[str, Value]:
    first, last = made.choice(_FIRST), f"{made.choice(_LAST)}{made.choice('aeiou')}{made.choice('nrlst')}"
    owner = made.choice(owners)
    row: dict[str, Value] = dict.fromkeys(COLUMNS)
    return row | {
        "id": f"01910000-0000-7000-8000-{number:012d}", "created_at": number, "created_by": owner,
        "updated_at": 1_700_000_000_000 + made.randrange(10**9), "updated_by": owner, "name": f"{first} {last}",
        "phone": f"+919{made.randrange(10**9):09d}", "email": f"person.{made.randrange(10**7)}@example.com",
        "company_name": f"{last} Motors {number % 997}", "city": made.choice(_CITIES), "source": made.choice(_SOURCES),
        "stage": made.choice(_STAGES), "interest": "Maruti Swift VXI", "budget_paise": made.randrange(10**8),
        "owner_id": owner, "enquired_at": 1_690_000_000_000 + made.randrange(10**9),
        "notes": "Wants a test drive on Saturday, asked about the loan and the insurance. " * 2,
    }  # fmt: skip


def pages(rows: list[dict[str, Value]]) -> list[PullReply]:
    """The rows as pages of the size a server sends."""
    wire: list[list[Value]] = [[0, 1, *row.values()] for row in rows]
    return [
        PullReply(
            f"c{at}", False, "e", ["ref"], ["ref"], [Rows("lead", COLUMNS, wire[at : at + MAX_ROWS])], [], [], 0, 0
        )
        for at in range(0, len(wire), MAX_ROWS)
    ]


def typed(rows: list[dict[str, Value]], owner_id: str) -> list[dict[str, Value]]:
    """The rows as somebody would enter them for ``owner_id``: without what the program fills in."""
    made = []
    for row in rows:
        fields: dict[str, Value] = {n: v for n, v in row.items() if n not in COMMON and v is not None}
        made.append(fields | {"owner_id": owner_id})
    return made
