"""Tests: the domain."""

from __future__ import annotations
