"""The profile's open part: what it says, and that nothing in it leads out of its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.profile import Profile


def _saved(folder: Path, ca_name: str | None = "ca.pem") -> Profile:
    profile = Profile(folder, "https://crm.example.in", "asha", "user-1", "device-1", ca_name)
    profile.save()
    return profile


def _code(folder: Path) -> str:
    with pytest.raises(NxcrmError) as caught:
        Profile.open(folder)
    return caught.value.code


@pytest.mark.parametrize("ca_name", ["ca.pem", None])
def test_what_is_saved_is_opened(tmp_path: Path, ca_name: str | None) -> None:
    saved = _saved(tmp_path, ca_name)
    assert Profile.open(tmp_path) == saved
    assert saved.ca_file == (tmp_path / "ca.pem" if ca_name else None)
    assert (tmp_path / "profile.json").stat().st_mode & 0o077 == 0


def test_no_profile_is_told_from_a_damaged_and_a_newer_one(tmp_path: Path) -> None:
    assert _code(tmp_path) == "profile_missing"
    assert _code(tmp_path / "nowhere") == "profile_missing"
    path = tmp_path / "profile.json"
    for content in (b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"format": "1"}'):
        path.write_bytes(content)
        assert _code(tmp_path) == "profile_damaged"
        assert _code(path) == "profile_missing"
    _saved(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    assert _code(tmp_path) == "profile_newer"


def test_the_authoritys_file_never_lies_outside(tmp_path: Path) -> None:
    _saved(tmp_path, "../../etc/ssl/certs/ca.pem")
    assert Profile.open(tmp_path).ca_file == tmp_path / "ca.pem"


def test_a_field_of_a_later_version_is_no_harm(tmp_path: Path) -> None:
    saved = _saved(tmp_path)
    path = tmp_path / "profile.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "later": [1]}))
    assert Profile.open(tmp_path) == saved
