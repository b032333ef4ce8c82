"""Every picture and page that README and docs/ name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.source import ROOT

_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
_PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _targets(page: Path) -> list[str]:
    found = (a or b for a, b in _LINK.findall(page.read_text(encoding="utf-8")))
    return [target.partition("#")[0] for target in found if not re.match(r"[a-z]+:|#", target)]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_exists(page: Path) -> None:
    assert [target for target in _targets(page) if not (page.parent / target).exists()] == []


def test_the_readme_shows_pictures() -> None:
    assert sum(target.endswith(".png") for target in _targets(ROOT / "README.md")) > 3
