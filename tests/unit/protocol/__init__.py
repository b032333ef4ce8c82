"""Laws of what client and server are both written against."""

from __future__ import annotations
