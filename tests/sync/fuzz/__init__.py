"""The API attacked with everything its own description allows, and more."""

from __future__ import annotations
