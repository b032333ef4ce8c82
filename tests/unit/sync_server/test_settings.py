"""The reference of settings shows every one of them as it is when it is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from nxcrm_desktop.errors import NxcrmError
from sync.server import config as configuration
from sync.server.config import BlobSettings, OrgPolicy
from sync.server.settings import HistorySettings, LimitSettings, MetricsSettings, NetworkSettings

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "server-settings.md"


def shown() -> str:
    """The settings as the page shows them."""
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_reference_shows_every_setting_and_its_default() -> None:
    sections = {
        "policy": OrgPolicy(), "blobs": BlobSettings(), "history": HistorySettings(), "limits": LimitSettings(),
        "network": NetworkSettings(), "metrics": MetricsSettings(),
    }  # fmt: skip
    assert tomllib.loads(shown()) == {name: msgspec.to_builtins(settings) for name, settings in sections.items()}


def test_what_the_reference_shows_is_understood(tmp_path: Path) -> None:
    file = tmp_path / configuration.CONFIG_NAME
    file.touch()
    left_out = configuration.load(tmp_path)
    file.write_text(shown(), encoding="utf-8")
    assert configuration.load(tmp_path) == left_out


def test_a_new_file_tells_where_the_other_settings_are(tmp_path: Path) -> None:
    configuration.save(tmp_path, organisation="Sundar Motors", database_url="", policy=OrgPolicy())
    told = (tmp_path / configuration.CONFIG_NAME).read_text(encoding="utf-8")
    assert all(f"[{section}]" in told for section in ("history", "limits", "network", "metrics"))
    assert configuration.load(tmp_path).organisation == "Sundar Motors"


@pytest.mark.parametrize(
    "line",
    [
        "[limits]\nin_flight = 0", "[limits]\nin_fligth = 5", "[metrics]\ntoken = 5",
        '[network]\ntrusted_proxies = ["*"]', '[network]\ntrusted_proxies = ["0.0.0.0/0"]',
        '[network]\ntrusted_proxies = ["::/00"]', '[network]\ntrusted_proxies = ["balancer.example"]',
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_keeps_the_server_from_starting(tmp_path: Path, line: str) -> None:
    configuration.save(tmp_path, organisation="Sundar Motors", database_url="", policy=OrgPolicy())
    with (tmp_path / configuration.CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write("\n" + line)
    with pytest.raises(NxcrmError) as refused:
        configuration.load(tmp_path)
    assert refused.value.code == "bad_config"


@pytest.mark.parametrize("proxy", ["127.0.0.1", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32"])
def test_load_balancers_are_named_by_address_or_network(tmp_path: Path, proxy: str) -> None:
    configuration.save(tmp_path, organisation="Sundar Motors", database_url="", policy=OrgPolicy())
    with (tmp_path / configuration.CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write(f'\n[network]\ntrusted_proxies = ["{proxy}"]')
    assert configuration.load(tmp_path).network.trusted_proxies == [proxy]
