"""Messages made ready for reading while their module is imported, which one thread does.

msgspec works out how to read a type when it first reads one. Two threads that begin with the same type at the same
moment crash the process (0.22): a server's worker with its first requests, a laptop with its first sync and news.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


def prepare(module: Mapping[str, object]) -> None:
    """Work out how to read every message among a module's names."""
    for kind in module.values():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            msgspec.json.Decoder(kind)
