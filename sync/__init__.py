"""Synchronisation between devices and the central server."""

from __future__ import annotations
