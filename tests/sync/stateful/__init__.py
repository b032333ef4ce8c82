"""Several devices and a server, driven at random: the invariants of sync."""

from __future__ import annotations
