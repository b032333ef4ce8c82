"""Starts the desktop application: ``python -m nxcrm_desktop``, ``nxcrm-desktop``."""

from __future__ import annotations

import sys


def main() -> None:
    """Show the window of the profile named by ``NXCRM_PROFILE`` or ``--profile DIR``; leave when it closes."""
    from ui.app import main as run

    sys.exit(run(sys.argv))


if __name__ == "__main__":
    main()
