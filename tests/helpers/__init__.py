"""Fixtures, fakes of the outside world and other tools that tests share."""

from __future__ import annotations
