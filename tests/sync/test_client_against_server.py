"""A laptop and a real server process over TLS: enrolled, cut off, back again, with tokens stolen, spent and revoked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from sync.client.auth import enrol
from sync.client.transport import Endpoint, Transport
from sync.protocol import auth
from sync.server.services.devices import Devices
from tests.helpers.enrolled import laptop
from tests.helpers.server import PASSWORD, running_server


def test_a_laptop_works_through_an_outage_and_a_second_one_sees_it(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.add_user("asha")
        with laptop(server, tmp_path, "asha") as first:
            assert first.engine.run().complete
            server.stop()
            first.add_lead("Made offline")
            assert first.fails() == "server_unreachable"
            assert first.leads() == ["Made offline"]
            server.start()
            assert first.engine.run().pushed == 1
            with laptop(server, tmp_path, "asha") as second:
                summary = second.engine.run()
                assert summary.complete
                assert summary.bytes_down > 1000
                assert second.leads() == ["Made offline"]


def test_tokens_that_are_refused_spent_or_revoked(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.add_user("asha")
        with laptop(server, tmp_path, "asha") as mine:
            first = mine.vault.load()
            assert first is not None
            mine.vault.save(replace(first, access_token="forged" * 7))
            assert mine.engine.run().complete, "refused, renewed, and nobody noticed"
            mine.vault.save(replace(first, access_expires_ms=0))
            assert mine.fails() == "sign_in_needed", "a refresh token used twice ends the session"
            assert mine.vault.load() is None
            mine.session.sign_in("asha", PASSWORD, server.otp("asha"))
            assert mine.engine.run().complete
            mine.session.sign_out()
            assert mine.fails() == "sign_in_needed"
            mine.session.sign_in("asha", PASSWORD, server.otp("asha"))
            mine.add_lead("Not sent yet")
            Devices(server.context).revoke(mine.id)
            assert mine.fails() == "device_revoked"
            assert mine.leads() == ["Not sent yet"]


def test_a_laptop_that_does_not_trust_the_server_sends_nothing(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.add_user("asha")
        stranger = Transport(Endpoint(server.url))
        device = auth.NewDevice("Laptop", "linux", DeviceKey.generate().public, "password")
        with pytest.raises(NxcrmError) as caught:
            enrol(stranger, auth.Enrol("asha", "secret", "123456", device))
        stranger.close()
        assert caught.value.code == "tls_untrusted"
