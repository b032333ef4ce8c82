"""The desktop window: all of Qt."""

from __future__ import annotations
