"""The reference of settings shows every one of them as it is when it is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from nxcrm_desktop.errors import NxcrmError
from sync.server import config as configuration
from sync.server.config import OrgPolicy
from sync.server.settings import LimitSettings, MetricsSettings, NetworkSettings

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "server-settings.md"


def shown() -> str:
    """The settings as the page shows them."""
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_reference_shows_every_setting_and_its_default() -> None:
    sections = {"limits": LimitSettings(), "network": NetworkSettings(), "metrics": MetricsSettings()}
    assert tomllib.loads(shown()) == {name: msgspec.to_builtins(settings) for name, settings in sections.items()}


def test_what_the_reference_shows_is_understood(tmp_path: Path) -> None:
    configuration.save(tmp_path, organisation="Sundar Motors", database_url="", policy=OrgPolicy())
    made = configuration.load(tmp_path)
    with (tmp_path / configuration.CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write("\n" + shown())
    assert configuration.load(tmp_path) == made


@pytest.mark.parametrize("line", ["[limits]\nin_flight = 0", "[limits]\nin_fligth = 5", "[metrics]\ntoken = 5"])
def test_a_setting_that_makes_no_sense_keeps_the_server_from_starting(tmp_path: Path, line: str) -> None:
    (tmp_path / configuration.CONFIG_NAME).write_text(line, encoding="utf-8")
    with pytest.raises(NxcrmError) as refused:
        configuration.load(tmp_path)
    assert refused.value.code == "bad_config"
