"""Bugs as the user meets them, and as the log keeps them: without anyone's data."""

from __future__ import annotations

import logging

from nxcrm_desktop.errors import NxcrmError

log = logging.getLogger(__name__)


def unexpected() -> NxcrmError:
    """The one error shown for every bug."""
    return NxcrmError(
        "unexpected",
        "Something went wrong inside the program.",
        safe="Everything you saved before is safe.",
        todo="Try again. If it happens again, copy the details and send them to support.",
    )


def note_bug(error: BaseException) -> None:
    """Write a bug to the log: what and where, not its words, which may quote a person."""
    trace = error.__traceback__
    places: list[str] = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("unexpected %s at %s", type(error).__name__, " > ".join(places[-8:]))
