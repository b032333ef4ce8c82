"""Tests: gui."""

from __future__ import annotations
