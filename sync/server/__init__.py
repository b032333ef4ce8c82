"""The central server: accounts, sync, system of record."""

from __future__ import annotations
