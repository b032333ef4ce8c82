"""The generated pages of docs/reference say what the program is now."""

from __future__ import annotations

import pytest

from tests.helpers.reference_docs import FOLDER, pages


@pytest.mark.parametrize("name", ["command-line.md", "data-dictionary.md"])
def test_the_page_is_current(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run: make docs"
