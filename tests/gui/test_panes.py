"""Every role sees its places and no others; reports and privacy exports are jobs that write whole files or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.reports.watch import Watch
from tests.gui.conftest import settle
from tests.helpers.qt import Person, make_profile, open_profile
from ui.panes.privacy import PrivacyPane
from ui.panes.reports import ReportsPane
from ui.panes.vehicles import VehiclesPane
from ui.session import Session
from ui.tasks import Job, JobState, watch

_FIELD = ("leads", "customers", "vehicles", "transactions", "documents", "reports")
PLACES = {
    Role.SALES: (*_FIELD, "sync"),
    Role.MANAGER: (*_FIELD, "sync"),
    Role.FINANCE: ("customers", "vehicles", "transactions", "documents", "sync"),
    Role.PRIVACY_OFFICER: ("vehicles", "privacy", "sync"),
    Role.AUDITOR: (*_FIELD, "sync"),
    Role.ADMIN: ("sync",),
}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_its_places_and_they_open(
    qtbot: QtBot, tmp_path: Path, session_of: Callable[[App], Session], role: Role, problems: list[NxcrmError]
) -> None:
    app = open_profile(make_profile(tmp_path / "profile", Person("Meera Iyer", "meera", role)))
    session = session_of(app)
    keys = session.workspace.rail.keys
    assert tuple(key for key in keys if key != "privacy" or role is Role.PRIVACY_OFFICER) == PLACES[role]
    for key in keys:
        session.workspace.go(key)
        settle(qtbot, session)
    assert not problems
    session.ctx.tasks.close()
    app.close()


@pytest.fixture
def session(app: App, session_of: Callable[[App], Session]) -> Session:
    app.leads.create({"name": "Asha Rao", "phone": "+919876543210", "budget_paise": 5_00_000_00})
    return session_of(app)


def finished(qtbot: QtBot, job: Job | None) -> Job:
    assert job is not None
    qtbot.waitUntil(lambda: job.state is not JobState.RUNNING, timeout=20_000)
    return job


def test_the_pipeline_is_shown_and_saved_as_pdf(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.workspace.go("reports")
    settle(qtbot, session)
    pane = session.workspace.pane
    assert isinstance(pane, ReportsPane)
    target = tmp_path / "pipeline.pdf"
    assert finished(qtbot, pane.save_as(target)).state is JobState.DONE
    assert target.read_bytes().startswith(b"%PDF")


def test_a_bad_day_is_told_beside_the_field(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.workspace.go("reports")
    settle(qtbot, session)
    pane = session.workspace.pane
    assert isinstance(pane, ReportsPane)
    pane.since.setText("31-02-2026")
    assert pane.save_as(tmp_path / "pipeline.pdf") is None
    assert pane._problem.text()
    assert pane.since.property("invalid") is True


def test_a_stopped_job_says_so_and_leaves_no_file(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    target, go = tmp_path / "pipeline.pdf", Event()

    def work(job: Job) -> object:
        go.wait(10)
        return session.app.reports.make("pipeline", target, watch=watch(job))

    job = session.ctx.jobs.start("Report", work)
    assert session.workspace.status.jobs.isVisible()
    job.cancel()
    go.set()
    assert finished(qtbot, job).state is JobState.CANCELLED
    assert not target.exists()


def test_a_stopped_export_leaves_no_package_and_no_entry(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    target, go, told = tmp_path / "customer.zip", Event(), list[tuple[int, int]]()
    app = session.app
    lead = app.leads.create({"name": "Farida Khan", "stage": "new"})

    def work(job: Job) -> object:
        go.wait(10)
        stopper = Watch(lambda done, of: told.append((done, of)), watch(job).cancelled)
        return app.privacy.export(lead, target, reason="access request", recipient="the customer", watch=stopper)

    job = session.ctx.jobs.start("Privacy export", work)
    job.cancel()
    go.set()
    assert finished(qtbot, job).state is JobState.CANCELLED
    assert told == []
    assert not target.exists()
    with app.store.read() as reader:
        assert reader.count(ListQuery("disclosure")) == 0


def test_a_customer_is_found_and_exported(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.workspace.go("privacy")
    settle(qtbot, session)
    pane = session.workspace.pane
    assert isinstance(pane, PrivacyPane)
    assert pane.empty.isVisible()
    pane.reason.setText("access request")
    pane.recipient.setText("the customer")
    assert not pane._export.isEnabled()
    pane.reason.clear()
    pane.recipient.clear()
    pane.text.setText("98765 43210")
    pane.search()
    qtbot.waitUntil(lambda: pane.hits.lines.rowCount() == 1)
    assert pane.hits.isVisible()
    assert not pane._export.isEnabled()
    pane.reason.setText("access request")
    pane.recipient.setText("the customer")
    assert pane._export.isEnabled()
    target = tmp_path / "export.zip"
    assert finished(qtbot, pane.export_to(target)).state is JobState.DONE
    assert target.read_bytes().startswith(b"PK")


def test_sales_never_see_what_a_car_cost(qtbot: QtBot, session: Session) -> None:
    session.workspace.go("vehicles")
    pane = session.workspace.pane
    assert isinstance(pane, VehiclesPane)
    assert not pane.detail.form.has("cost_paise")
    assert pane.detail.form.has("asking_paise")
