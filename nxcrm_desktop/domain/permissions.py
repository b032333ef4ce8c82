"""Who may do what: one table of role × entity × action, and the masks and write rules of columns.

Rows are a matter of scope (which rows reach a device, which the server lets a user touch); actions are this table;
columns follow from ``Facts.hidden_from`` and ``Facts.write``. A device's services use it to help, the server to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import Role, Write


class Action(StrEnum):
    """What can be done to a row."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Reach(StrEnum):
    """Whose rows a role sees."""

    OWN = "own"  # rows they own, and what is shared with them
    TEAM = "team"  # their own and those of everyone below them
    ALL = "all"


REACH: Mapping[Role, Reach] = {
    Role.SALES: Reach.OWN,
    Role.MANAGER: Reach.TEAM,
    Role.FINANCE: Reach.ALL,
    Role.PRIVACY_OFFICER: Reach.OWN,
    Role.AUDITOR: Reach.ALL,
    Role.ADMIN: Reach.OWN,
}

# r = read, c = create, u = update, d = delete. Roles in the order: sales manager finance privacy_officer auditor admin.
_TABLE = """
user               r     r     r     r     r     r
team               r     r     r     r     r     r
lead_stage         r     r     r     r     r     rcu
contact            rcud  rcud  r     -     r     -
company            rcud  rcud  r     -     r     -
vehicle            rcu   rcud  r     r     r     -
lead               rcud  rcud  -     -     r     -
stage_change       rc    rc    -     -     r     -
transaction        rcu   rcu   rcu   -     r     -
payment_entry      rc    rc    rc    -     r     -
communication      rcud  rcud  -     -     r     -
task               rcud  rcud  -     -     r     -
document           rcud  rcud  r     -     r     -
document_version   rc    rc    r     -     r     -
consent            rc    rc    -     rc    r     -
privacy_request    -     -     -     rcu   r     -
legal_hold         -     -     -     rcu   r     -
disclosure         c     c     -     rc    r     -
policy_version     r     r     r     rc    r     r
policy_acceptance  rc    rc    rc    rc    r     rc
incident           -     -     -     rcu   r     rcu
saved_view         rcud  rcud  rcud  rcud  rcud  rcud
audit_event        -     -     -     -     r     r
usage_event        c     c     c     c     c     c
conflict           ru    ru    ru    r     r     -
quarantine         ru    ru    ru    r     r     -
duplicate          ru    ru    -     -     r     -
"""
_LETTERS = {"r": Action.READ, "c": Action.CREATE, "u": Action.UPDATE, "d": Action.DELETE}


def _parse(table: str) -> dict[tuple[Role, str], frozenset[Action]]:
    rules: dict[tuple[Role, str], frozenset[Action]] = {}
    for line in table.strip().splitlines():
        name, *cells = line.split()
        for role, cell in zip(Role, cells, strict=True):
            rules[role, name] = frozenset(_LETTERS[letter] for letter in cell if letter != "-")
    return rules


RULES: Mapping[tuple[Role, str], frozenset[Action]] = _parse(_TABLE)


def may(role: Role, action: Action, entity: str) -> bool:
    """Whether a role may do this to rows of the entity that are within its reach."""
    return action in RULES[role, entity]


def readable_entities(role: Role) -> tuple[EntityInfo, ...]:
    """Entities whose rows a device of this role is sent."""
    return tuple(i for i in ENTITIES.values() if not i.facts.server_only and may(role, Action.READ, i.name))


def readable_fields(role: Role, info: EntityInfo) -> tuple[str, ...]:
    """Columns a role is sent; all others are masked (sent as null)."""
    return info.visible_to(role)


def writable_fields(role: Role, info: EntityInfo, action: Action) -> frozenset[str]:
    """Columns a role may set when creating or updating a row."""
    if not may(role, action, info.name):
        return frozenset()
    allowed = {Write.USER}
    if action is Action.CREATE:
        allowed |= {Write.ONCE, Write.MANAGER}
    if role in (Role.MANAGER, Role.ADMIN):
        allowed.add(Write.MANAGER)
    return frozenset(
        name for name, facts in info.fields.items()
        if name not in COMMON and facts.write in allowed and role not in facts.hidden_from
    )  # fmt: skip
