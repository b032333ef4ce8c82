"""What every program does before it touches a customer's data."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAMS = {
    "nxcrm": "import nxcrm_desktop.cli as c, nxcrm_desktop.cli.run as r; r.run = lambda argv: report(); c.main()",
    "nxcrm-desktop": "import nxcrm_desktop.__main__ as m, ui.app as a; a.main = lambda argv: report(); m.main()",
    "nxcrm-server": "import sync.server.cli as c; c.app = lambda **_: report(); c.main()",
}
_REPORT = """
import ctypes, os, resource
def report():
    umask = os.umask(0)
    print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), oct(umask))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
@pytest.mark.parametrize("program", _PROGRAMS)
def test_no_dump_of_its_memory_and_no_file_for_others(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _REPORT + _PROGRAMS[program]], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "(0, 0) 0 0o77", done.stderr
