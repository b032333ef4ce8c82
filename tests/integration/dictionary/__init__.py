"""Tests: what is derived from the dictionary."""

from __future__ import annotations
