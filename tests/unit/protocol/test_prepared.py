from __future__ import annotations

import inspect
import subprocess
import sys
from types import ModuleType

import pytest

from sync.protocol import auth, blobs, messages, privacy

_MODULES = (messages, auth, blobs, privacy)
_READ_AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-6)
import msgspec
from sync.protocol import messages
together = threading.Barrier(16)
kinds = [messages.PushReply, messages.PullReply, messages.Push, messages.HelloReply]

def read(kind):
    together.wait()
    try:
        msgspec.json.decode(b'{"results": [{"n": 1, "status": "applied", "ver": 1}], "applied_n": 1}', type=kind)
    except msgspec.ValidationError:
        pass

threads = [threading.Thread(target=read, args=(kinds[at % 4],)) for at in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.mark.parametrize("module", _MODULES, ids=lambda module: module.__name__)
def test_every_message_is_prepared_while_its_module_is_imported(module: ModuleType) -> None:
    assert inspect.getsource(module).endswith("\n\nprepare(vars())\n")


def test_threads_that_read_the_same_messages_first_do_not_crash_the_process() -> None:
    for _ in range(8):
        done = subprocess.run([sys.executable, "-c", _READ_AT_ONCE], capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
