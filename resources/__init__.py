"""Icons, fonts, styles, translations and policy text, read with importlib.resources."""

from __future__ import annotations
