"""``python -m benchmarks.importing``."""

from __future__ import annotations

from benchmarks.importing.measure import main

main()
