"""The sync client against real sockets, real TLS and a small store in memory."""

from __future__ import annotations
