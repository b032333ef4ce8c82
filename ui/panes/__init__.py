"""One module per entry of the rail. A pane never imports another."""

from __future__ import annotations
