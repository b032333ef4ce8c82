"""What the services of one server share: its configuration, database, keys and clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from nxcrm_desktop.domain.clock import now_ms
from sync.server.config import ServerConfig
from sync.server.keys import ServerKeys


@dataclass(frozen=True)
class ServerContext:
    """``clock`` gives UTC milliseconds."""

    config: ServerConfig
    engine: Engine
    keys: ServerKeys
    clock: Callable[[], int] = now_ms
