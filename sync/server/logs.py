"""The server's log: one JSON object a line on standard error, without personal data."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# What may stand in a line. Anything else was put there by mistake and is dropped: a closed list cannot leak.
_ALLOWED = frozenset(
    [
        "event", "level", "timestamp", "logger", "request", "method", "route", "status", "ms", "kind", "code",
        "job", "count", "exception", "_record", "_from_structlog",
    ]
)  # fmt: skip


def only_known_keys(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drops every key that is not known to be free of personal data."""
    return {key: value for key, value in event.items() if key in _ALLOWED}


def without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception as its kind and its places in the code; its message may quote what somebody typed."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        event["exception"] = {"kind": type(error).__name__, "at": _places(error)}
    return event


def unfilled(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A library's message as it was written, without the values it was filled with."""
    record: logging.LogRecord = event["_record"]
    event["event"], event["logger"] = str(record.msg), record.name
    return event


def _places(error: BaseException) -> list[str]:
    places, step = [], error.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_globals.get('__name__', '?')}:{step.tb_lineno}")
        step = step.tb_next
    return places[-12:]


def configure(level: int = logging.INFO) -> None:
    """Sends all logging of this process, the libraries' too, through one pipeline to standard error."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
        only_known_keys,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[unfilled, *common],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True
    for talkative in ("uvicorn.error", "apscheduler"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
