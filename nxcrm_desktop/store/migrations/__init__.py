"""Migrations of the device's store. A new one goes into versions/, and its revision into ``HEAD``."""

from __future__ import annotations

from typing import Final

HEAD: Final = "0005"
"""The newest revision; known without loading alembic, so that an up-to-date store opens at once."""
