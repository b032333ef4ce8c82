"""Parts that panes and dialogs are made of."""

from __future__ import annotations
