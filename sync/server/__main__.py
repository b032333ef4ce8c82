"""``python -m sync.server`` is ``nxcrm-server``."""

from __future__ import annotations

from sync.server.cli import main

if __name__ == "__main__":
    main()
