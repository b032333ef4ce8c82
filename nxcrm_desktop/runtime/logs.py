"""The log of a device: JSON lines in a rotating file, by codes and numbers. Nothing of a person ever gets into it."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

import structlog

ALLOWED: Final = frozenset(
    ["attempt", "bytes", "code", "count", "entity", "line", "logger", "ms", "n", "op", "phase", "revision", "seconds",
     "status", "version"]
)  # fmt: skip
"""Keys whose values are kept, when they are numbers or codes."""

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_FILE_BYTES = 2 * 1024 * 1024
_FILES = 5
_ROOT = "nxcrm"
_ADDED_BY_US = frozenset({"event", "level", "timestamp", "error", "frames"})


structlog.configure(  # before any logger speaks: structlog's own default prints to standard output
    processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)


def logger(room: str) -> Any:
    """The logger of a part of the program: ``logger("store").info("opened", ms=12)``."""
    return structlog.stdlib.get_logger(f"{_ROOT}.{room}")


def start(folder: Path) -> Callable[[], None]:
    """Log to ``folder``/nxcrm.log from now on. Returns the function that stops it and closes the file."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "nxcrm.log", maxBytes=_FILE_BYTES, backupCount=_FILES - 1, encoding="utf-8")
    handler.setFormatter(_formatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return lambda: _stop(root, handler, before)


def _stop(root: logging.Logger, handler: logging.Handler, level: int) -> None:
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def _formatter() -> logging.Formatter:
    common = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign],
        processors=[
            *common,
            _place_of_error,
            redact,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )


def _foreign(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's own message may quote anything: only who spoke, and how loudly, is kept."""
    event["event"] = "library_message"
    return event


def _place_of_error(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception its type and where it happened. Never its message, which may quote what a user typed."""
    error = event.pop("exc_info", None) or event["_record"].exc_info
    if error is True:
        error = sys.exc_info()  # handlers run in the thread, and within the handling, that logged it
    found = error[1] if isinstance(error, tuple) else error
    if isinstance(found, BaseException):
        event["error"] = type(found).__name__
        frames = traceback.extract_tb(found.__traceback__)
        event["frames"] = [f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in frames]
    return event


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep codes and numbers under the allowed keys; of everything else, only that it was there."""
    name = event["event"]
    clean: dict[str, Any] = {"event": name if _is_code(name) else "redacted"}
    for key, value in event.items():
        if key in ALLOWED and _is_plain(value):
            clean[key] = value
        elif key in _ADDED_BY_US:
            clean.setdefault(key, value)
    return clean


def _is_code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float) or _is_code(value)
