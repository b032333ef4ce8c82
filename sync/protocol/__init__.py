"""What device and server say to each other: messages, versions, error codes, merge rules."""

from __future__ import annotations
