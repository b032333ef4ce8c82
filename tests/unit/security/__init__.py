"""Tests of nxcrm_desktop.security."""

from __future__ import annotations
