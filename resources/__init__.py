"""Icons, fonts, styles, translations and policy text, read with importlib.resources."""

from __future__ import annotations

from importlib.resources import files


def read_bytes(*path: str) -> bytes:
    """The bytes of a resource, e.g. ``read_bytes("fonts", "NotoSans-Regular.ttf")``."""
    return files(__name__).joinpath(*path).read_bytes()


def read_text(*path: str) -> str:
    """A resource as text (UTF-8)."""
    return files(__name__).joinpath(*path).read_text(encoding="utf-8")
