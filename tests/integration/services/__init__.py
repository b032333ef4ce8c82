"""Tests: use cases on a real encrypted store."""
