"""The errors a user can meet. Everything else that is raised is a bug."""

from __future__ import annotations

from collections.abc import Mapping


class NxcrmError(Exception):
    """An expected failure, told in three parts: what happened, what is safe, what to do.

    ``code`` is stable, lower_snake_case, and safe to log; ``details`` holds machine-readable facts (line numbers, field
    names, seconds to wait) and never personal data. The three sentences may quote what the user typed; they are shown
    to that user alone and are never logged.
    """

    def __init__(
        self,
        code: str,
        happened: str,
        *,
        safe: str = "",
        todo: str = "",
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.happened = happened
        self.safe = safe
        self.todo = todo
        self.details: dict[str, str | int] = dict(details or {})

    @property
    def message(self) -> str:
        """The three sentences as one text."""
        return " ".join(part for part in (self.happened, self.safe, self.todo) if part)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
