"""Threads: one that writes to the store, a few for the network, PDFs and key derivation. The main thread draws."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

IO_THREADS: Final = 4

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Executors:
    """The program's threads. Writes are done one after the other, in the order they were handed in."""

    def __init__(self) -> None:
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="nxcrm-writer")
        self._io = ThreadPoolExecutor(IO_THREADS, thread_name_prefix="nxcrm-io")

    def write(
        self, job: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Future[_Result]:
        """Run a job that changes the store. Never wait in it for the network."""
        return self._writer.submit(job, *args, **kwargs)

    def io(
        self, job: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Future[_Result]:
        """Run a job that waits or computes. Never hold a transaction in it."""
        return self._io.submit(job, *args, **kwargs)

    def close(self) -> None:
        """Finish the writes that were handed in, drop io jobs that have not begun, and wait for all threads to end."""
        self._io.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)
