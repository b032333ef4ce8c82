"""``python -m benchmarks.store [rows]``."""

from __future__ import annotations

from benchmarks.store.measure import main

main()
