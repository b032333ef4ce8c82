"""Starts the desktop application: ``python -m nxcrm_desktop``, ``nxcrm-desktop``."""

from __future__ import annotations

import sys


def main() -> None:
    """Show the window of the profile named by ``NXCRM_PROFILE`` or ``--profile DIR``; leave when it closes."""
    from nxcrm_desktop.security.process import harden
    from ui.app import main as run

    harden()
    sys.exit(run(sys.argv))


if __name__ == "__main__":
    main()
