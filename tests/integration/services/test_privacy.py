"""The privacy export on a device: nothing leaves it without an entry in the disclosure register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.records import ListQuery
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.privacy.package import NoPapers
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.services.privacy import PrivacyService
from nxcrm_desktop.store.engine import Store
from sync.client.transport import Endpoint, Transport
from tests.helpers.device_store import pulled


@pytest.fixture
def privacy(store: Store, asha: Actor) -> Iterator[PrivacyService]:
    """Asha's; the network is not needed."""
    with closing(Transport(Endpoint("http://127.0.0.1:9", plain_loopback=True))) as transport:
        yield PrivacyService(
            store, asha, "Asha Rao", DeviceKey.generate(), NoPapers(), transport, lambda _contents, _watch: None
        )


@pytest.fixture
def lead_id(store: Store, asha: Actor) -> str:
    return pulled(store, "lead", name="Ravi", stage="new", owner_id=asha.user_id)


def test_an_export_is_entered_in_the_register(
    store: Store, privacy: PrivacyService, lead_id: str, tmp_path: Path
) -> None:
    summary = privacy.export(lead_id, tmp_path / "package.zip", reason="access request", recipient="Ravi")
    with store.read() as reader:
        (entry,) = reader.page(ListQuery("disclosure"), limit=10).rows
    assert (entry["lead_id"], entry["package_sha256"]) == (lead_id, summary.sha256)


def test_what_cannot_be_entered_in_the_register_does_not_leave(
    privacy: PrivacyService, lead_id: str, tmp_path: Path
) -> None:
    with pytest.raises(NxcrmError):
        privacy.export(lead_id, tmp_path / "package.zip", reason="", recipient="Ravi")
    assert not (tmp_path / "package.zip").exists()
