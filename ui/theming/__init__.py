"""How it looks: colours, type, icons, measures."""

from __future__ import annotations
