"""Who acts: the user on whose behalf a store is changed."""

from __future__ import annotations

from dataclasses import dataclass

from nxcrm_desktop.domain.facts import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A user and the role by which the device judges what they may do. The server judges again, by its own books."""

    user_id: str
    role: Role
