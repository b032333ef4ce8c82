"""A laptop in a process of its own, so that its time and memory are told apart from the server's."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from benchmarks.leads import leads, typed
from nxcrm_desktop.bootstrap import App, EnrolRequest, Profile, enrol, unlock
from nxcrm_desktop.domain.records import ListQuery
from sync.client.ports import SyncProgress, SyncSummary
from tests.helpers.keys import CHEAP
from tests.helpers.server import PASSWORD, ServerHandle

T = TypeVar("T")
AT_ONCE = 500
"""Edits to a transaction when many rows are changed at once."""


@dataclass
class Run:
    """One run of sync: what it did, its seconds, and seconds since its start at the last word of each phase."""

    summary: SyncSummary
    seconds: float
    ends: dict[str, float] = field(default_factory=dict)


class Laptop:
    """An enrolled laptop of a member of staff. Its password is cheap to check: keys are no part of what is measured."""

    def __init__(self, server: ServerHandle, folder: Path, user: str) -> None:
        account = server.accounts[user]
        new = PASSWORD if account.temporary_password != PASSWORD else None
        request = EnrolRequest(
            folder, server.url, user, account.temporary_password, server.otp(user), new, server.ca_file, folder.name
        )
        account.temporary_password = PASSWORD
        self._folder = folder
        self._start(request)

    def _start(self, request: EnrolRequest | None) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_live, args=(theirs, self._folder, request), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()  # open

    @property
    def pid(self) -> int:
        """The process it runs in."""
        assert self._process.pid is not None
        return self._process.pid

    def do(self, act: Callable[..., T], *arguments: Any) -> T:
        """Calls ``act(app, *arguments)`` over there; an error there is raised here."""
        self._pipe.send((act, arguments))
        result, error = self._pipe.recv()
        if error is not None:
            raise RuntimeError(error)
        answer: T = result
        return answer

    def restart(self) -> None:
        """Closes the program and opens the same profile in a new process."""
        self.close()
        self._start(None)

    def close(self) -> None:
        """Ends the process."""
        self._pipe.send(None)
        self._process.join()
        self._pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def _live(pipe: Connection, folder: Path, request: EnrolRequest | None) -> None:
    app = enrol(request, costs=CHEAP).app if request else unlock(Profile.open(folder), PASSWORD, costs=CHEAP)
    pipe.send(True)
    while (asked := pipe.recv()) is not None:
        act, arguments = asked
        try:
            pipe.send((act(app, *arguments), None))
        except Exception as error:  # noqa: BLE001 (told to whoever asked, who raises it)
            pipe.send((None, f"{type(error).__name__}: {error}"))
    app.close()


# ------------------------------------------------------------------------------------------ what a laptop is told to do


def sync(app: App) -> Run:
    """One run, which must be complete."""
    ends: dict[str, float] = {}
    began = time.perf_counter()

    def note(progress: SyncProgress) -> None:
        ends[progress.phase] = time.perf_counter() - began

    summary = app.sync.run(note)
    assert summary.complete
    assert not summary.rejected
    return Run(summary, time.perf_counter() - began, ends)


def create(app: App, count: int) -> None:
    """So many new leads of the user's."""
    rows = typed(leads(count), app.actor.user_id)
    for at in range(0, count, 10 * AT_ONCE):
        with app.store.write(app.actor) as work:
            work.create_many("lead", rows[at : at + 10 * AT_ONCE])


def first_ids(app: App, count: int) -> list[str]:
    """Ids of the oldest leads."""
    with app.store.read() as reader:
        page = reader.page(ListQuery("lead", order="id", columns=("id",)), limit=count)
    return [record.id for record in page.rows]


def change(app: App, ids: list[str], changes: dict[str, str]) -> float:
    """The same change to each of the leads, a few hundred to a transaction; the seconds it took."""
    began = time.perf_counter()
    for at in range(0, len(ids), AT_ONCE):
        with app.store.write(app.actor) as work:
            for row_id in ids[at : at + AT_ONCE]:
                work.update("lead", row_id, changes)
    return time.perf_counter() - began


def count_leads(app: App) -> int:
    """How many leads the laptop holds."""
    with app.store.read() as reader:
        return reader.count(ListQuery("lead"))


def city_of(app: App, row_id: str) -> str:
    """The city of a lead."""
    with app.store.read() as reader:
        return reader.require("lead", row_id).text("city")
