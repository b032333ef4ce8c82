"""Sync in words: where it stands, how far it is, why it does not go on, and what it did."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from nxcrm_desktop.domain import clock
from nxcrm_desktop.errors import NxcrmError
from sync.client.ports import SyncRun
from sync.client.telling import MeteredRule, Phase, SyncStatus
from ui.language import counted, translate
from ui.widgets.paper_words import size_words
from ui.words import when

Told = tuple[str, str, str]


def state_words(status: SyncStatus) -> str:
    """One sentence: where it stands."""
    if status.phase in (Phase.SYNCED, Phase.CONFLICTS):
        if status.conflicts:
            return counted("Sync", "%Ln conflict(s) to decide", status.conflicts)
        if status.waiting:
            return counted("Sync", "%Ln edit(s) will be sent in a moment", status.waiting)
        if status.papers_waiting:
            return translate("Sync", "Records are on the server; documents are still to come")
        return translate("Sync", "Everything is on the server")
    return {
        Phase.SYNCING: translate("Sync", "Syncing"),
        Phase.OFFLINE: translate("Sync", "The server cannot be reached"),
        Phase.SIGN_IN: translate("Sync", "Sign in to go on syncing"),
        Phase.FAILED: translate("Sync", "Sync did not work"),
        Phase.PAUSED: translate("Sync", "Sync is paused"),
        Phase.METERED: translate("Sync", "Waiting for a link that is not metered"),
    }[status.phase]


def progress_words(status: SyncStatus) -> str:
    """How far a run is, and the bytes it moved."""
    stages = {
        "push": translate("Sync", "Sending edits: %1 of %2"),
        "pull": translate("Sync", "Receiving records: %1 of %2"),
        "papers": translate("Sync", "Moving documents: %1 of %2"),
    }
    if not status.stage:
        return translate("Sync", "Asking the server what is new")
    locale = QLocale()
    words = stages[status.stage].replace("%1", locale.toString(status.n)).replace("%2", locale.toString(status.of))
    return f"{words} · {bytes_words(status.bytes_up, status.bytes_down)}"


def bytes_words(up: int, down: int) -> str:
    """↑ sent, ↓ received."""
    return f"↑ {size_words(up)}  ↓ {size_words(down)}"


def detail_words(status: SyncStatus) -> str:
    """The second line: last sync, what waits, how news comes, when it is tried again."""
    if status.phase is Phase.SYNCING:
        return progress_words(status)
    now = clock.now_ms()
    last = translate("Sync", "Not synced yet")
    if status.last_sync_ms:
        last = translate("Sync", "Last sync: %1").replace("%1", when(status.last_sync_ms, now))
    parts = [last]
    if status.waiting and (status.phase is not Phase.SYNCED or status.conflicts):
        parts.append(counted("Sync", "%Ln edit(s) waiting", status.waiting))
    if status.papers_waiting:
        parts.append(counted("Sync", "%Ln document(s) waiting", status.papers_waiting))
    parts.append(_how(status))
    return " · ".join(part for part in parts if part)


def _how(status: SyncStatus) -> str:
    if status.retry_ms:
        return translate("Sync", "Next try at %1").replace("%1", _hour(status.retry_ms))
    if status.phase not in (Phase.SYNCED, Phase.CONFLICTS):
        return ""
    if status.metered and status.papers_waiting:
        return translate("Sync", "Documents wait: this link is metered")
    return translate("Sync", "Live") if status.live else translate("Sync", "Looks for news every minute")


def _hour(instant_ms: int) -> str:
    return clock.local_datetime(instant_ms).strftime("%H:%M")


def error_words(error: NxcrmError) -> Told:
    """What happened, what is safe, what to do; in the user's language where the code is known."""
    safe = translate("Sync", "Everything you entered is safe on this laptop.")
    itself = translate("Sync", "Nothing: it is tried again by itself.")
    admin = translate("Sync", "Ask your administrator.")
    known: dict[str, Told] = {
        "server_unreachable": (
            translate("Sync", "The server does not answer over this network."),
            safe,
            translate("Sync", "Work on. Sync goes on by itself when the connection is back."),
        ),
        "server_unavailable": (translate("Sync", "The server is there, but cannot answer now."), safe, itself),
        "rate_limited": (translate("Sync", "The server is busy and asked to wait."), safe, itself),
        "sign_in_needed": (
            translate("Sync", "The server no longer accepts this sign-in."),
            safe,
            translate("Sync", "Sign in again."),
        ),
        "device_rewound": (
            translate("Sync", "This laptop’s files come from an older copy, or were copied to another one."),
            safe,
            translate("Sync", "Sign in again, to go on as a new laptop. What is not sent yet stays."),
        ),
        "server_outdated": (translate("Sync", "The server is older than this program."), safe, itself),
        "device_revoked": (
            translate("Sync", "This laptop’s access was taken away by your organisation."), safe, admin,
        ),
        "not_allowed": (translate("Sync", "The server refused: your role does not allow this."), safe, admin),
        "update_needed": (
            translate("Sync", "This version of the program is too old for the server."),
            safe,
            translate("Sync", "Update the program. Your edits are sent afterwards."),
        ),
        "tls_untrusted": (
            translate("Sync", "The server’s certificate cannot be trusted."),
            translate("Sync", "Nothing was sent. Everything you entered is safe on this laptop."),
            translate("Sync", "Do not use this network for now. If it stays so, ask your administrator."),
        ),
        "server_wrong": (
            translate("Sync", "What answers at the server’s address is something else."),
            safe,
            translate("Sync", "A guest Wi-Fi may want its sign-in page opened first."),
        ),
        "disk_full": (
            translate("Sync", "This laptop’s disk is full."),
            safe,
            translate("Sync", "Free some space, then sync again."),
        ),
    }  # fmt: skip
    return known.get(error.code) or (error.happened, error.safe, error.todo)


def error_code_words(code: str) -> str:
    """Why a run of the history failed."""
    return error_words(NxcrmError(code, code))[0]


def outcome_words(run: SyncRun) -> str:
    """How a run ended."""
    return {
        "done": translate("Sync", "Done"),
        "partial": translate("Sync", "Documents left over"),
        "stopped": translate("Sync", "Stopped"),
        "failed": translate("Sync", "Failed"),
    }[run.outcome]


def did_words(run: SyncRun) -> str:
    """What a run did, or why it did not."""
    parts = [
        counted("Sync", "%Ln edit(s) sent", run.pushed) if run.pushed else "",
        counted("Sync", "%Ln record(s) received", run.pulled) if run.pulled else "",
        counted("Sync", "%Ln document(s) sent", run.papers_up) if run.papers_up else "",
        counted("Sync", "%Ln document(s) received", run.papers_down) if run.papers_down else "",
        counted("Sync", "%Ln conflict(s)", run.conflicts) if run.conflicts else "",
        counted("Sync", "%Ln refused", run.rejected) if run.rejected else "",
        error_code_words(run.code) if run.code else "",
    ]
    return " · ".join(part for part in parts if part) or "–"


def run_when(run: SyncRun, now: int) -> str:
    """When a run was; from and to where it failed for longer."""
    began = when(run.at, now)
    if run.outcome != "failed" or run.ended - run.at < 60_000:
        return began
    same_day = clock.local_datetime(run.at).date() == clock.local_datetime(run.ended).date()
    return f"{began} – {_hour(run.ended) if same_day else when(run.ended, now)}"


def rule_words(rule: MeteredRule) -> str:
    """What happens on a link that is paid by volume."""
    return {
        MeteredRule.ROWS: translate("Sync", "Edits and records as always; documents wait"),
        MeteredRule.NOTHING: translate("Sync", "Nothing by itself"),
        MeteredRule.EVERYTHING: translate("Sync", "Everything as always"),
    }[rule]
