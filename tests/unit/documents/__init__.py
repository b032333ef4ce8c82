"""Tests of nxcrm_desktop.documents."""

from __future__ import annotations
