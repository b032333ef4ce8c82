"""Where the profile is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from nxcrm_desktop.config import profile_folder


def test_the_environment_names_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NXCRM_PROFILE", str(tmp_path))
    assert profile_folder() == tmp_path
    monkeypatch.setenv("NXCRM_PROFILE", "~/crm")
    assert profile_folder() == Path.home() / "crm"


@pytest.mark.parametrize("value", [None, ""])
def test_else_it_is_the_platforms_place(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("NXCRM_PROFILE", raising=False)
    if value is not None:
        monkeypatch.setenv("NXCRM_PROFILE", value)
    folder = profile_folder()
    assert folder.is_absolute()
    assert folder.parts[-2:] == ("nxcrm", "profile")
