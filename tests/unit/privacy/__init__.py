"""Tests: privacy."""

from __future__ import annotations
