"""What faults are injected into: real server processes, databases of both kinds, and organisations on them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from nxcrm_desktop.domain.facts import Role
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.tcp_proxy import TcpProxy, proxy_before
from tests.sync.server.conftest import office, pg_copy, pg_template, sqlite_template

__all__ = ["office", "pg_copy", "pg_template", "sqlite_template"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server process over TLS on SQLite."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def _numbers() -> Iterator[int]:
    return iter(count(1))


@pytest.fixture
def executive(server: ServerHandle, _numbers: Iterator[int]) -> str:
    """User name of a new sales executive."""
    name = f"user{next(_numbers)}"
    server.add_user(name, Role.SALES)
    return name


@pytest.fixture
def proxy(server: ServerHandle) -> Iterator[TcpProxy]:
    """A bad network before the server; a fair one until the test says otherwise."""
    with proxy_before(server.url) as made:
        yield made
