"""`nxcrm` at a terminal: what a person sees, and what they type when they are asked."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Sequence

_NXCRM = (sys.executable, "-c", "from nxcrm_desktop.cli import main; main()")
_SECONDS = 60
_GIVEN_OTHERWISE = {"NXCRM_PASSWORD", "NXCRM_OTP"}


def talk(words: Sequence[str], answers: Sequence[tuple[str, str]], **variables: str) -> tuple[int, str]:
    """Run a command at a terminal and answer each prompt, in order; returns its exit code and all that was shown."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in _GIVEN_OTHERWISE}
    process = subprocess.Popen(
        [*_NXCRM, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment | variables,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    screen = _Screen(ours)
    try:
        for prompt, answer in answers:
            screen.wait_for(prompt)
            os.write(ours, answer.encode() + b"\n")
        while screen.read():
            pass
        return process.wait(_SECONDS), screen.shown.replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


class _Screen:
    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._deadline = time.monotonic() + _SECONDS
        self._answered = 0
        self.shown = ""

    def wait_for(self, prompt: str) -> None:
        """Until the blank after its colon, which comes once the terminal neither shows nor drops what is typed."""
        pattern = re.compile(re.escape(prompt) + "[^:]*: ")
        while not (found := pattern.search(self.shown, self._answered)):
            assert self.read(), f"it ended before it asked for “{prompt}”:\n{self.shown}"
        self._answered = found.end()

    def read(self) -> bool:
        """Whether there was more."""
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, self._deadline - time.monotonic()))
        assert ready, f"it waits for something else:\n{self.shown}"
        try:
            piece = os.read(self._terminal, 65_536)
        except OSError:  # how Linux says that nobody is at the other end
            return False
        self.shown += piece.decode(errors="replace")
        return bool(piece)
