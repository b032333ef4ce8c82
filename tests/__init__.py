"""Tests: they mirror the source."""

from __future__ import annotations
