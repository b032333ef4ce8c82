"""The demo organisation's staff. Invented names; nobody real is meant."""

from __future__ import annotations

from dataclasses import dataclass

from nxcrm_desktop.domain.facts import Role

PASSPHRASE = "monsoon drive to lonavala 7"  # noqa: S105 (printed by the demo; it guards invented data)
"""The password of every demo account: long enough for a device without a keyring."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff: user name, full name, role, whom they report to, and whether the demo gives them a laptop."""

    user: str
    full_name: str
    role: Role
    manager: str = ""
    laptop: bool = False


ADMIN = "admin"
EXECUTIVE = Person("asha", "Asha Verma", Role.SALES, "meera", laptop=True)
COLLEAGUE = Person("imran", "Imran Shaikh", Role.SALES, "meera", laptop=True)
MANAGER = Person("meera", "Meera Iyer", Role.MANAGER, laptop=True)
OFFICER = Person("priya", "Priya Nair", Role.PRIVACY_OFFICER, laptop=True)
STAFF = (
    MANAGER,
    EXECUTIVE,
    COLLEAGUE,
    Person("kavita", "Kavita Joshi", Role.SALES, "meera"),
    Person("arjun", "Arjun Reddy", Role.FINANCE),
    OFFICER,
    Person("dev", "Dev Banerjee", Role.AUDITOR),
)
