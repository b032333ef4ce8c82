"""Who is calling: the device and user behind a bearer token, judged anew on every call."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.server.limits import Admission
from sync.server.services.tokens import Tokens


@dataclass(frozen=True, slots=True)
class DeviceSession:
    """A signed-in device. ``role`` is the user's role now; ``family_id`` the sign-in the token descends from.

    ``expires_at``: when the access token runs out, UTC milliseconds.
    """

    device_id: str
    user_id: str
    role: Role
    family_id: str = ""
    expires_at: int = 0


async def current_session(request: Request) -> DeviceSession:
    """The session of a request, as a FastAPI dependency.

    Raises NxcrmError ``unauthenticated``, ``device_revoked``, ``account_disabled`` or ``too_many_requests``.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NxcrmError(Code.UNAUTHENTICATED, "Sign in first.", safe="Nothing was changed.")
    tokens: Tokens = request.app.state.tokens
    known = await run_in_threadpool(tokens.session, token)
    admission: Admission = request.app.state.admission
    admission.device(known.device_id)
    return DeviceSession(known.device_id, known.user_id, Role(known.role), known.family_id, known.expires_at)
