"""Why a value is not acceptable for its column."""

from __future__ import annotations


class ValueProblem(ValueError):
    """A value is refused: ``code`` is stable, the message is a sentence for the person who typed it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
