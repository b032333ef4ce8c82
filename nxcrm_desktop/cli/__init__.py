"""`nxcrm`: the application without a window, for support staff, scripts and tests."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave with 0 done, 1 expected failure, 2 usage."""
    from nxcrm_desktop.cli.run import run
    from nxcrm_desktop.security.process import harden

    harden()
    sys.exit(run(list(sys.argv[1:] if argv is None else argv)))


__all__ = ["main"]
