"""The outbox as it is sent: batches that fit one request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from nxcrm_desktop.errors import NxcrmError
from sync.client.failures import wrong_server
from sync.client.ports import LocalStore
from sync.protocol.messages import Limits, Mutation, PushReply

_ENVELOPE = 256  # bytes of a request around its mutations


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch on its way; ``reply`` waits for the answer, or raises its error."""

    batch: list[Mutation]
    reply: Callable[[], PushReply]

    def answer(self) -> PushReply:
        """Results of the batch, or of its head. NxcrmError as of the call, and server_wrong."""
        reply = self.reply()
        results = reply.results
        if not results or [r.n for r in results] != [m.n for m in self.batch[: len(results)]]:
            raise wrong_server("the server’s address")
        return reply


class Batches:
    """Cuts the outbox into batches within the server's limits."""

    def __init__(self, store: LocalStore, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._most = limits.mutations

    def first(self) -> list[Mutation]:
        """The oldest edits; empty when there are none."""
        return self._fitting(self._store.pending(self._most))

    def after(self, batch: Sequence[Mutation]) -> list[Mutation]:
        """Those that follow a batch which is not settled yet. A short batch was the last: not looked up again."""
        if self.is_last(batch):
            return []
        return self._fitting(self._store.pending(self._most, after=batch[-1].n))

    def is_last(self, batch: Sequence[Mutation]) -> bool:
        """Whether nothing waited behind the batch that was cut last."""
        return len(batch) < self._most and not self._cut

    def shrink(self, error: NxcrmError, batch: Sequence[Mutation]) -> None:
        """After ``too_large``: half as many from now on. Any other error is raised, and that of a single edit."""
        if error.code != "too_large" or len(batch) == 1:
            raise error
        self._most = len(batch) // 2

    def _fitting(self, mutations: list[Mutation]) -> list[Mutation]:
        """The longest head of the list that fits one request; at least one, whatever its size."""
        room = self._limits.body_bytes - _ENVELOPE
        self._cut = False
        if len(msgspec.json.encode(mutations)) <= room:
            return mutations
        self._cut = True
        for count, mutation in enumerate(mutations):
            room -= len(msgspec.json.encode(mutation)) + 1
            if room < 0:
                return mutations[: max(count, 1)]
        return mutations
