"""One running server for the tests of a module; each attacks members of staff of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.helpers.server import Device, ServerHandle, running_server

NewDevice = Callable[[], Device]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    """A server over TLS on SQLite."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def _numbers() -> Iterator[int]:
    return iter(count(1))


@pytest.fixture
def new_device(server: ServerHandle, _numbers: Iterator[int]) -> NewDevice:
    """Makes a device, not yet enrolled, of a new member of staff."""

    def make() -> Device:
        username = f"user{next(_numbers)}"
        server.add_user(username)
        return server.device(username)

    return make


@pytest.fixture
def enrolled(new_device: NewDevice) -> Device:
    """An enrolled device of a new member of staff."""
    device = new_device()
    assert device.enrol().ok
    return device
