"""The log holds codes and numbers, and nothing a person typed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nxcrm_desktop.runtime import logs

SECRET = "Ravi Kumar +919876543210"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is logged to during the test."""
    stop = logs.start(tmp_path / "logs")
    yield tmp_path / "logs"
    stop()


def _lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "nxcrm.log").read_text(encoding="utf-8").splitlines()]


def test_codes_and_numbers_are_kept(folder: Path) -> None:
    logs.logger("store").info("opened", ms=12, code="ok", entity="lead")
    (line,) = _lines(folder)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "opened",
        "ms": 12,
        "code": "ok",
        "entity": "lead",
        "level": "info",
        "logger": "nxcrm.store",
    }


@pytest.mark.allow_log("nxcrm")
def test_what_a_person_typed_is_not(folder: Path) -> None:
    logs.logger("store").info(f"opened {SECRET}", name=SECRET, code=SECRET, count={"a": SECRET}, phone="9876543210")
    try:
        raise ValueError(SECRET)
    except ValueError:
        logs.logger("store").exception("failed", code="oops")
    redacted, failed = _lines(folder)
    assert redacted["event"] == "redacted"
    assert set(redacted) == {"event", "level", "logger", "timestamp"}
    assert (failed["event"], failed["code"], failed["error"]) == ("failed", "oops", "ValueError")
    assert any(frame.startswith("test_logs.py:") for frame in failed["frames"])
    text = (folder / "nxcrm.log").read_text(encoding="utf-8")
    assert "Ravi" not in text
    assert "98765" not in text


@pytest.mark.allow_log("a.library")
def test_of_a_librarys_message_only_who_spoke_is_kept(folder: Path) -> None:
    logging.getLogger("a.library").warning("cannot send to %s", SECRET, extra={"name_of": SECRET})
    logging.getLogger("a.library").debug("too quiet to keep")
    (line,) = _lines(folder)
    assert (line["event"], line["logger"], line["level"]) == ("library_message", "a.library", "warning")
    assert SECRET not in json.dumps(line)


def test_the_file_is_rolled_over_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 2_000)
    before = logging.getLogger().level
    stop = logs.start(tmp_path)
    for number in range(200):
        logs.logger("store").info("opened", n=number)
    stop()
    assert len(list(tmp_path.glob("nxcrm.log*"))) == 5
    assert all(path.stat().st_size <= 2_000 for path in tmp_path.iterdir())
    assert logging.getLogger().level == before


def test_nothing_is_printed_before_there_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    logs.logger("store").info("opened", ms=12)
    assert capsys.readouterr().out == ""
