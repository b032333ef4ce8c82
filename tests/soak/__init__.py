"""Real processes under faults for as long as one likes: `make soak`."""

from __future__ import annotations
