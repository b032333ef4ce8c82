"""What the services refuse before they write. The server judges again, by its own books."""

from __future__ import annotations

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.permissions import Action, may, writable_fields
from nxcrm_desktop.errors import NxcrmError

_UNCHANGED = "Nothing was changed."


def require(actor: Actor, action: Action, name: str) -> None:
    """Raise NxcrmError ``not_allowed`` unless the actor's role may do this to rows of the entity."""
    info = entity(name)
    if not may(actor.role, action, name):
        raise not_allowed(actor, f"{action.value} {info.facts.plural.lower()}")


def require_field(actor: Actor, action: Action, name: str, field: str) -> None:
    """Raise NxcrmError ``not_allowed`` unless the actor's role may set this column."""
    require(actor, action, name)
    info = entity(name)
    if field not in writable_fields(actor.role, info, action):
        raise not_allowed(actor, f"change “{info.field(field).label}” of {info.facts.plural.lower()}", field)


def not_allowed(actor: Actor, what: str, field: str = "") -> NxcrmError:
    """The error for an act that is not the role's."""
    role = actor.role.value.replace("_", " ")
    details: dict[str, str | int] = {"field": field} if field else {}
    return NxcrmError(
        "not_allowed", f"The role “{role}” may not {what}.", safe=_UNCHANGED, todo="Ask a manager.", details=details
    )


def invalid(field: str, happened: str, todo: str = "Correct it and save again.") -> NxcrmError:
    """The error for a value that cannot be stored."""
    return NxcrmError("invalid_value", happened, safe=_UNCHANGED, todo=todo, details={"field": field})


def one_subject(lead_id: str | None, contact_id: str | None) -> None:
    """Raise NxcrmError ``invalid_value`` unless a lead or a customer is named."""
    if not lead_id and not contact_id:
        raise invalid("lead_id", "It must belong to a lead or a customer.", "Choose one.")
