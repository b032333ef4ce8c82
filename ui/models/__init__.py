"""Qt models over the services: windowed lists, timelines."""

from __future__ import annotations
