"""One open stream as the hub sees it."""

from __future__ import annotations

import asyncio

from nxcrm_desktop.domain.facts import Role
from sync.server.sessions import DeviceSession

Rights = tuple[Role, frozenset[str]]
"""Role and names of scopes."""


class Listener:
    """What a device is still to be told. Belongs to the event loop: nothing here may be called from a thread."""

    __slots__ = ("_news", "_wake", "over", "rights", "scopes_changed", "session")

    def __init__(self, session: DeviceSession) -> None:
        self.session = session
        self.rights: Rights | None = None
        self.over = False
        self.scopes_changed = False
        self._news = 0
        self._wake = asyncio.Event()

    def tell(self, seq: int) -> None:
        """There are entries up to ``seq``. Told several times before it is taken, only the newest remains."""
        self._news = max(self._news, seq)
        self._wake.set()

    def end(self, *, scopes_changed: bool = False) -> None:
        """The stream ends; ``scopes_changed``: because the rights are others now, which is its last word."""
        self.over = True
        self.scopes_changed = self.scopes_changed or scopes_changed
        self._wake.set()

    async def news(self, seconds: float) -> int:
        """The newest number not taken yet; 0 when the stream is over or ``seconds`` passed without any."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return 0
        seq, self._news = self._news, 0
        if not self.over:
            self._wake.clear()
        return seq
