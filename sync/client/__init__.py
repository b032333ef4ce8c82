"""The device's side of sync: engine, transport, conflicts."""

from __future__ import annotations
