"""`nxcrm demo --headless`: the same story by one command, twice in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.helpers.cli import Laptop


@pytest.mark.timeout(300)
def test_the_demo_tells_the_whole_story_and_can_be_told_again(tmp_path: Path) -> None:
    nobody = Laptop(tmp_path / "none", "")
    told = nobody.do("demo", "--dir", str(tmp_path / "demo"), "--leads", "60", "--headless")
    assert told["imported"] == 36
    assert told["manager_sees"] == 60
    assert told["duplicates"] == 36
    assert told["rejected"] == 1
    assert told["undone"] == 36
    assert told["pushed"] == told["waiting"] >= 8
    assert told["received_paise"] == 500_000
    assert told["colleague_has_it"] is False
    assert (told["conflicts"], told["city"], told["rating"]) == (1, "Panvel", "warm")
    assert told["records"] >= 9
    assert told["files_in_clear"] == []
    assert told["wrong_password_refused"] is True
    assert len(PdfReader(told["report"]).pages) == told["pages"]
    assert nobody.do("privacy", "verify", told["package"])["valid"] is True
    for picture in told["screenshots"]:
        colours = Image.open(picture).convert("RGB").resize((64, 36)).getcolors(64 * 36) or []
        assert len(colours) > 8, f"{picture} is empty"
    again = nobody.do("demo", "--dir", str(tmp_path / "demo"), "--headless")
    assert again["lead"] != told["lead"]
    assert again["wrong_password_refused"] is True


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    refused = Laptop(tmp_path / "none", "").fail("demo", "--dir", str(tmp_path), "--headless")
    assert (refused.exit_code, refused.code) == (1, "demo_folder_in_use")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
