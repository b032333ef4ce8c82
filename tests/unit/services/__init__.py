"""Tests: the arithmetic of use cases."""
