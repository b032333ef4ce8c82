"""A privacy export made on a laptop: it encloses what the server can give, and says what it lacks without a network."""

from __future__ import annotations

import zipfile
from pathlib import Path

from nxcrm_desktop.privacy.package import PackageSummary
from nxcrm_desktop.privacy.verify import verify_package
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.services.privacy import PrivacyService
from tests.helpers.tcp_proxy import TcpProxy
from tests.sync.blobs_device.conftest import Desk


def export(desk: Desk, lead: str, path: Path) -> PackageSummary:
    one = desk.laptop
    privacy = PrivacyService(
        one.store, one.actor, "Asha Rao", DeviceKey.generate(), desk.shelf, desk.api, desk.sync.gather
    )
    return privacy.export(lead, path, reason="access request", recipient="Ravi")


def test_papers_on_the_server_are_fetched_for_it(rep: Desk, proxy: TcpProxy, tmp_path: Path) -> None:
    lead = rep.laptop.add_lead("Ravi")
    first, second = rep.attach(b"%PDF-1.4 first", lead=lead), rep.attach(b"%PDF-1.4 second", lead=lead)
    rep.run()
    rep.sync.free([first, second])

    proxy.refuse()
    summary = export(rep, lead, tmp_path / "offline.zip")
    assert (summary.documents, summary.missing_documents, summary.complete) == (0, 2, False)
    verified = verify_package(tmp_path / "offline.zip")
    assert verified.missing_documents == 2

    proxy.accept()
    summary = export(rep, lead, tmp_path / "online.zip")
    assert (summary.documents, summary.missing_documents) == (2, 0)
    with zipfile.ZipFile(tmp_path / "online.zip") as package:
        enclosed = {package.read(name) for name in package.namelist() if name.startswith("documents/")}
    assert enclosed == {b"%PDF-1.4 first", b"%PDF-1.4 second"}
