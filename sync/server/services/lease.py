"""The lease a device is given: the server's signed word on how long it may open offline."""

from __future__ import annotations

from collections.abc import Sequence

from nxcrm_desktop.security.lease import Lease, sign
from sync.server.context import ServerContext

_DAY_MS = 24 * 3600 * 1000


def issue(context: ServerContext, device_id: str, user_id: str, role: str, scopes: Sequence[str]) -> str:
    """A lease from now for the days of the organisation's policy, as text (see security.lease)."""
    now = context.clock()
    days = context.config.policy.offline_days
    lease = Lease(
        device=device_id, user=user_id, role=role, scopes=tuple(scopes), issued_ms=now, expires_ms=now + days * _DAY_MS
    )
    return sign(lease, context.keys.signing)
