"""Pictures without a screen: what Qt cannot help saying is kept from people, what it warns of is not."""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QWidget
from ui.pictures import headless_application
application, theme = headless_application()
window = QWidget()
window.show()
application.processEvents()
window.setMinimumSize(900, 700)
application.processEvents()
qWarning("something is wrong")
"""


def test_only_what_every_window_without_a_screen_says_is_silenced() -> None:
    found = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert found.stderr == "something is wrong\n"
