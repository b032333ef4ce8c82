"""Windows that ask one thing."""

from __future__ import annotations
