"""The engine's order of things: what is sent when, what is stored when, and where it stops."""

from __future__ import annotations

import threading

import pytest

from nxcrm_desktop.errors import NxcrmError
from sync.client.engine import HELLO_SECONDS, PAGES_AT_ONCE, ROUNDS, SyncEngine
from sync.client.ports import SyncProgress, SyncSummary
from sync.protocol.messages import Ack, Checksum, Dropped, Limits, Pull, Push, PushReply, Result
from tests.unit.sync_client.memory import SCOPE, ManualClock, MemoryStore, ScriptedServer, failing


class Ends:
    """A device and a server with an engine between."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.server = ScriptedServer()
        self.clock = ManualClock()
        self.engine = SyncEngine(self.store, self.server, self.clock)

    def fails(self) -> str:
        with pytest.raises(NxcrmError) as caught:
            self.engine.run()
        return caught.value.code


@pytest.fixture
def ends() -> Ends:
    return Ends()


def batches(server: ScriptedServer) -> list[list[int]]:
    return [[m.n for m in message.mutations] for message in server.messages if isinstance(message, Push)]


# ----------------------------------------------------------------------------------------------------- when all is well


def test_push_goes_before_pull_and_the_cursor_is_acknowledged(ends: Ends) -> None:
    ends.store.edit()
    ends.server.pages = [ends.server.page(("a", 1), ("b", 2)), ends.server.page(("c", 3), complete=True)]
    assert ends.engine.run() == SyncSummary(pushed=1, pulled=3, complete=True, bytes_up=50)
    assert ends.server.calls == ["hello", "push", "pull", "pull", "ack"]
    assert ends.server.messages[-1] == Ack(ends.store.state().device_id, "cursor-2")
    assert ends.store.last_sync_ms == ends.clock.now_ms()


def test_the_next_run_goes_on_from_the_cursor(ends: Ends) -> None:
    ends.engine.run()
    ends.engine.run()
    assert [m.cursor for m in ends.server.messages if isinstance(m, Pull)] == [None, "cursor-1"]


def test_batches_keep_to_the_servers_limits(ends: Ends) -> None:
    ends.server.limits = Limits(mutations=3, body_bytes=2000)
    for size in (1, 1, 1, 1, 1200, 1200, 1, 1):
        ends.store.edit(size)
    ends.engine.run()
    assert batches(ends.server) == [[1, 2, 3], [4, 5], [6, 7], [8]]


def test_outcomes_are_counted_and_a_refusal_does_not_stop_the_queue(ends: Ends) -> None:
    statuses = ["applied", "merged", "conflict", "rejected", "gone", "applied"]
    ends.server.judge = lambda m: Result(m.n, statuses[m.n - 1])  # type: ignore[arg-type]
    for _ in statuses:
        ends.store.edit()
    summary = ends.engine.run()
    assert (summary.pushed, summary.merged, summary.conflicts, summary.rejected) == (6, 1, 1, 2)
    assert [r.status for r in ends.store.results] == statuses
    assert summary.complete


def test_edits_made_meanwhile_go_with_the_same_run(ends: Ends) -> None:
    late = [True]

    def edit_once(name: str, _: object) -> None:
        if name == "pull" and late:
            late.pop()
            ends.store.edit()

    ends.server.before = edit_once
    assert ends.engine.run().complete
    assert ends.server.calls == ["hello", "pull", "push", "pull", "ack"]


def test_who_types_on_is_served_by_the_next_run(ends: Ends) -> None:
    ends.server.before = lambda name, _: (ends.store.edit(), None)[1] if name == "pull" else None
    summary = ends.engine.run()
    assert not summary.complete
    assert ends.server.calls.count("pull") == ROUNDS
    assert len(ends.store.outbox) == 1


def test_progress_counts_up_to_what_there_is(ends: Ends) -> None:
    ends.server.limits = Limits(mutations=2)
    for _ in range(3):
        ends.store.edit()
    ends.server.pages = [ends.server.page(("a", 1), remaining=1), ends.server.page(("b", 1), complete=True)]
    told: list[SyncProgress] = []
    ends.engine.run(told.append)
    assert [(p.phase, p.n, p.of) for p in told] == [("push", 2, 3), ("push", 3, 3), ("pull", 1, 2), ("pull", 2, 2)]
    sent = [p.bytes_up for p in told]
    assert (sent, sent[-1]) == (sorted(sent), 50), "what is under way already counts"


def test_two_runs_at_once_wait_for_each_other(ends: Ends) -> None:
    inside: list[int] = []
    both = threading.Barrier(2)

    def watch(name: str, _: object) -> None:
        inside.append(1 if name == "hello" else 0)

    def run() -> None:
        both.wait()
        ends.engine.run()

    ends.server.before = watch
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends.server.calls == ["hello", "pull", "ack", "pull"]


# ------------------------------------------------------------------------------------------------- when something fails


def test_a_lost_reply_is_made_up_for_by_sending_the_same_again(ends: Ends) -> None:
    edits = [ends.store.edit(), ends.store.edit()]
    ends.server.after = failing("push")
    assert ends.fails() == "server_unreachable"
    assert ends.store.outbox == edits
    ends.store.edit()
    assert ends.engine.run().pushed == 3
    assert batches(ends.server) == [[1, 2], [1, 2, 3]]
    assert [r.n for r in ends.store.results] == [1, 2, 3]


def test_what_was_settled_before_a_failure_stays_settled(ends: Ends) -> None:
    ends.server.limits = Limits(mutations=1)
    ends.store.edit()
    ends.store.edit()
    pushes = iter([False, True])

    def second_fails(name: str, message: object) -> None:
        if name == "push" and next(pushes, False):
            failing("push")(name, message)

    ends.server.before = second_fails
    assert ends.fails() == "server_unreachable"
    assert (ends.store.applied_n, len(ends.store.outbox)) == (1, 1)
    assert "pull" not in ends.server.calls, "pulling before everything is pushed would overtake the user's edits"
    assert ends.engine.run().pushed == 1


def test_pages_stored_before_a_failure_stay_stored(ends: Ends) -> None:
    ends.server.pages = [ends.server.page(("a", 1)), ends.server.page(("b", 1), complete=True)]
    pulls = iter([False, True])
    ends.server.before = lambda name, m: (
        failing("pull")(name, m) if name == "pull" and next(pulls, False) else None
    )  # fmt: skip
    assert ends.fails() == "server_unreachable"
    assert ends.store.cursor == "cursor-1"
    assert ends.engine.run().pulled == 1


@pytest.mark.parametrize(
    "numbers", [[], [2, 1], [1, 3], [2], [1, 2, 3]], ids=["none", "swapped", "gap", "not the first", "too many"]
)
def test_results_that_do_not_fit_the_batch_are_not_believed(
    ends: Ends, numbers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends.store.edit()
    ends.store.edit()
    reply = PushReply([Result(n, "applied") for n in numbers], 2)
    monkeypatch.setattr(ends.server, "push", lambda _: reply)
    assert ends.fails() == "server_wrong"
    assert len(ends.store.outbox) == 2


def test_a_batch_that_is_too_large_is_halved_and_a_single_edit_is_told(ends: Ends) -> None:
    def small_ones_only(name: str, message: object) -> None:
        if isinstance(message, Push) and len(message.mutations) > 2:
            raise NxcrmError("too_large", "Too large.")

    ends.server.before = small_ones_only
    for _ in range(5):
        ends.store.edit()
    ends.engine.run()
    assert batches(ends.server) == [[1, 2], [3, 4], [5]]
    ends.store.edit()
    ends.server.before = failing("push", times=9, code="too_large")
    assert ends.fails() == "too_large"


def test_a_cursor_that_stands_still_does_not_loop_for_ever(ends: Ends) -> None:
    ends.server.pages = [ends.server.page(("a", 1), cursor="same"), ends.server.page(("b", 1), cursor="same")]
    assert ends.fails() == "server_wrong"


def test_erasures_are_told_until_the_server_knows(ends: Ends) -> None:
    drop = Dropped("lead", "a", 0, "erase")
    ends.server.pages = [ends.server.page(("a", 1)), ends.server.page(dropped=[drop], complete=True)]
    ends.server.after = failing("ack")
    assert ends.fails() == "server_unreachable"
    ends.engine.run()
    ends.clock.seconds += HELLO_SECONDS
    ends.engine.run()
    assert [m.erased for m in ends.server.messages if isinstance(m, Ack)] == [["a"], ["a"], []]


# --------------------------------------------------------------------------------------------------------------- cancel


@pytest.mark.parametrize("allowed", range(5))
def test_cancelling_keeps_what_is_stored_and_the_next_run_finishes(ends: Ends, allowed: int) -> None:
    ends.server.limits = Limits(mutations=1)
    ends.store.edit()
    ends.store.edit()
    ends.server.pages = [ends.server.page(("a", 1)), ends.server.page(("b", 1), complete=True)]
    asked = iter(range(100))
    assert not ends.engine.run(cancel=lambda: next(asked) >= allowed).complete
    assert "ack" not in ends.server.calls
    ends.server.pages = [ends.server.page(("a", 1), ("b", 1), complete=True)]
    assert ends.engine.run().complete
    assert (ends.store.applied_n, sorted(ends.store.rows)) == (2, ["a", "b"])


# ------------------------------------------------------------------------------------------------------------ checksums


def test_a_scope_that_does_not_add_up_is_fetched_again_once(ends: Ends) -> None:
    ends.engine.run()
    ends.store.rows = {"ghost": {SCOPE: 1}}
    ends.server.content = {"a": 1}
    ends.server.pages = [ends.server.page(complete=True), ends.server.page(("a", 1), complete=True)]
    assert ends.engine.run().complete
    assert ends.store.forgotten == [SCOPE]
    assert ends.store.rows == {"a": {SCOPE: 1}}
    assert [m.refetch for m in ends.server.messages if isinstance(m, Pull)] == [[], [], [SCOPE]]


def test_twice_is_told(ends: Ends) -> None:
    ends.server.content = {"a": 1}
    assert ends.fails() == "checksum_mismatch"
    assert ends.server.calls == ["hello", "pull", "pull"]
    assert ends.store.forgotten == [SCOPE]


def test_an_empty_table_needs_no_checksum(ends: Ends) -> None:
    nothing = [Checksum(SCOPE, "task", 0, "0" * 16)]
    ends.server.pages = [ends.server.page(complete=True, sums=nothing)]
    assert ends.engine.run().complete


# --------------------------------------------------------------------------------------------- another server, restored


def test_an_unknown_server_gets_nothing_and_takes_nothing(ends: Ends) -> None:
    ends.server.pages = [ends.server.page(("a", 1), complete=True)]
    ends.engine.run()
    ends.store.edit()
    fresh = ScriptedServer()
    fresh.epoch = "epoch-of-another"
    engine = SyncEngine(ends.store, fresh, ends.clock)
    with pytest.raises(NxcrmError) as caught:
        engine.run()
    assert caught.value.code == "epoch_unknown"
    assert fresh.calls == ["hello"]
    assert (list(ends.store.rows), len(ends.store.outbox)) == (["a"], 1)


def test_a_restored_server_is_followed_with_the_outbox_kept(ends: Ends) -> None:
    for _ in range(3):
        ends.store.edit()
    ends.engine.run()
    edit = ends.store.edit()
    ends.server.epoch, ends.server.restored_from = "epoch-2", ["epoch-0", "epoch-1"]
    ends.server.results = {1: ends.server.results[1]}  # the backup was older than the other two
    ends.server.seen = {1: ends.server.seen[1]}
    ends.server.pages = [ends.server.page(("b", 1), complete=True)]
    assert ends.engine.run().complete
    assert ends.store.epoch == "epoch-2"
    assert list(ends.store.rows) == ["b"]
    assert ends.server.seen[2].id == edit.id


@pytest.mark.parametrize("told_by", ["error", "page"])
def test_a_restore_during_the_run_is_noticed(ends: Ends, told_by: str) -> None:
    ends.engine.run()

    def restore(name: str, message: object) -> None:
        if name == "pull" and ends.server.epoch == "epoch-1":
            ends.server.epoch, ends.server.restored_from = "epoch-2", ["epoch-1"]
            if told_by == "error":
                failing("pull", code="epoch_changed")(name, message)

    ends.server.before = restore
    assert ends.engine.run().complete
    assert ends.store.epoch == "epoch-2"


def test_a_server_that_lost_edits_is_told(ends: Ends) -> None:
    ends.store.edit()
    ends.engine.run()
    ends.server.results = {}
    assert ends.fails() == "server_behind"


def test_a_device_put_back_from_an_old_copy_is_told(ends: Ends) -> None:
    ends.server.results = {n: Result(n, "applied") for n in (1, 2)}
    ends.store.edit()
    assert ends.fails() == "device_rewound"
    assert ends.server.calls == ["hello"]


# ---------------------------------------------------------------------------------------------------- the server's word


@pytest.mark.parametrize("state", ["revoked", "wipe"])
def test_a_revoked_device_stops(ends: Ends, state: str) -> None:
    ends.server.device_state = state
    ends.store.edit()
    assert ends.fails() == "device_revoked"
    assert ends.server.calls == ["hello"]


def test_an_older_program_may_still_send_but_not_fetch(ends: Ends) -> None:
    ends.server.schemas = (2, 4)
    ends.store.edit()
    assert ends.fails() == "update_needed"
    assert ends.server.calls == ["hello", "push"]
    assert ends.store.outbox == []


def test_a_newer_program_waits_for_the_server(ends: Ends) -> None:
    ends.store.schema = 5
    ends.store.edit()
    assert ends.fails() == "server_outdated"
    assert ends.server.calls == ["hello"]


def test_another_protocol_needs_another_program(ends: Ends) -> None:
    ends.server.protocol += 1
    assert ends.fails() == "update_needed"


def test_what_hello_says_is_kept(ends: Ends) -> None:
    ends.engine.run()
    assert [reply.lease for reply in ends.store.helloes] == ["lease"]


def test_pages_are_stored_a_few_at_a_time(ends: Ends) -> None:
    rows = [(f"row-{i}", 1) for i in range(PAGES_AT_ONCE + 2)]
    ends.server.pages = [ends.server.page(row, complete=row == rows[-1]) for row in rows]
    assert ends.engine.run().pulled == len(rows)
    assert sum(ends.store.batches) == len(rows)
    assert max(ends.store.batches) <= PAGES_AT_ONCE
    assert len(ends.store.batches) < len(rows), "those fetched meanwhile go together"
    cursors = [f"cursor-{n}" for n in range(1, len(rows))]
    assert [m.cursor for m in ends.server.messages if isinstance(m, Pull)] == [None, *cursors]
