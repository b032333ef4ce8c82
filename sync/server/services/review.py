"""Who may decide what about a refused edit."""

from __future__ import annotations

from collections.abc import Mapping

from nxcrm_desktop.domain.records import Value
from sync.protocol.codes import Refusal
from sync.server.services.refusals import RefusedError
from sync.server.store.access import Access
from sync.server.store.rows import Row

_BY_MANAGER = frozenset({"dismissed", "returned"})
_UNDONE_BY_AUTHOR = frozenset({"withdrawn", "applied"})


def check_decision(access: Access, row: Row, new: Mapping[str, Value]) -> None:
    """What somebody typed is set aside by another, their manager; they themselves may withdraw it, which stays visible.

    Applying it is for whoever may make the change it is about. Raises RefusedError ``not_allowed``.
    """
    if row.info.name != "quarantine" or "status" not in new:
        return
    status, author = new["status"], row.values["author_id"]
    own = author == access.user_id
    managed = author in access.people and not own
    if status in _BY_MANAGER and not managed:
        raise RefusedError(Refusal.NOT_ALLOWED, detail="Only a manager of whoever typed it may decide this.")
    if status == "withdrawn" and not own:
        raise RefusedError(Refusal.NOT_ALLOWED, detail="Only whoever typed it may withdraw it.")
    if status == "open" and not (managed or (own and row.values["status"] in _UNDONE_BY_AUTHOR)):
        raise RefusedError(Refusal.NOT_ALLOWED, detail="Only a manager of whoever typed it may open it again.")
