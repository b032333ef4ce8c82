"""Every fault that sync must meet, injected for real; docs/explanation/sync-faults.md lists them."""

from __future__ import annotations
