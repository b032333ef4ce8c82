"""What a failed call is told as: errors of the network, of TLS and of the server, each in three sentences."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from typing import Final

import requests

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code
from sync.protocol.messages import Problem

SAFE: Final = "Everything you entered is safe on this device."
_ADMIN: Final = "Ask your administrator."

TRANSIENT: Final = frozenset({"server_unreachable", "server_unavailable", "rate_limited"})
"""Codes that go away by themselves: wait and try again."""

REWOUND: Final = str(Code.DEVICE_REWOUND)
SIGN_IN: Final = frozenset({"sign_in_needed", REWOUND})
"""Codes that go away when the user signs in; rewound, as a new device that keeps what is here."""

_EXPIRED: Final = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_CUT_SHORT: Final = ("EOF", "BAD_RECORD_MAC", "BAD_MAC", "DECRYPT_ERROR", "UNEXPECTED_MESSAGE", "EXCESSIVE_MESSAGE")
"""TLS was broken off or garbled on its way, as bad networks do; whom one speaks to was not in doubt."""
_PLAIN_ANSWER: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")

_SENTENCES: Final[Mapping[str, tuple[str, str, str]]] = {
    Code.UNAUTHENTICATED: ("sign_in_needed", "The server no longer accepts this sign-in.", "Sign in again."),
    Code.FORBIDDEN: ("not_allowed", "The server refused: your role does not allow this.", _ADMIN),
    Code.DEVICE_REVOKED: ("device_revoked", "This device's access was taken away by your organisation.", _ADMIN),
    Code.DEVICE_REWOUND: (
        "device_rewound",
        "The server knows newer edits of this device than the device does: its files come from an older copy.",
        "Sign in once more: this device becomes a new one, and what is not sent yet stays.",
    ),
    Code.GAP: (
        "server_behind",
        "The server has lost edits that this device already sent.",
        "Tell your administrator that the server may have been restored from a backup.",
    ),
    Code.SCHEMA_TOO_OLD: ("update_needed", "This version of the program is too old for the server.", "Update it."),
    Code.SCHEMA_TOO_NEW: ("server_outdated", "The server is older than this program.", _ADMIN),
    Code.PROTOCOL_UNKNOWN: ("update_needed", "This version of the program does not suit the server.", "Update it."),
    Code.TOO_LARGE: ("too_large", "The server refused a message because of its size.", _ADMIN),
    Code.TOO_MANY: ("rate_limited", "The server is busy and asked to wait.", "Sync is tried again by itself."),
    Code.EPOCH_CHANGED: ("epoch_changed", "The server was restored while syncing.", "Sync again."),
    Code.UNAVAILABLE: ("server_unavailable", "The server cannot answer now.", "Sync is tried again by itself."),
}


def from_problem(problem: Problem) -> NxcrmError:
    """The error that a server's Problem stands for. Codes not known here keep the server's code and sentences."""
    wait = {} if problem.retry_after is None else {"retry_after": problem.retry_after}
    if problem.code in _SENTENCES:
        code, happened, todo = _SENTENCES[problem.code]
        return NxcrmError(code, happened, safe=SAFE, todo=todo, details=wait)
    return NxcrmError(problem.code, problem.message, details=wait)


def wrong_server(url: str) -> NxcrmError:
    """Something answers at the address, but it is no nxcrm server."""
    return NxcrmError(
        "server_wrong",
        f"What answers at {url} is not an nxcrm server.",
        safe=SAFE,
        todo="Check the address. A guest Wi-Fi that wants a sign-in page opened answers like this, too.",
    )


def other_server() -> NxcrmError:
    """The server at the address is not the one this device synced with so far."""
    return NxcrmError(
        "epoch_unknown",
        "The server does not know the state this device last synced to: it may be a new or a different server.",
        safe=SAFE + " Nothing was sent or removed.",
        todo="Check the address with your administrator before this device is enrolled anew.",
    )


def update_needed(server_is_newer: bool) -> NxcrmError:
    """Program and server are too many versions apart."""
    if server_is_newer:
        return from_problem(Problem(Code.SCHEMA_TOO_OLD, ""))
    return NxcrmError("server_outdated", "The server is older than this program.", safe=SAFE, todo=_ADMIN)


def tls_required(url: str) -> NxcrmError:
    """The address leads to a server, or is one, without encryption."""
    return NxcrmError(
        "tls_required",
        f"{url} would be reached without encryption.",
        safe="Nothing was sent. " + SAFE,
        todo="Use an https:// address. Plain http:// goes to this machine only, and only when asked for.",
    )


def from_exception(error: Exception, url: str) -> NxcrmError:
    """The error that a failed exchange is told as."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, url)
        if isinstance(cause, ssl.SSLError) and any(word in str(cause).upper() for word in _PLAIN_ANSWER):
            return tls_required(url)
        if isinstance(cause, ssl.SSLError) and not any(word in str(cause).upper() for word in _CUT_SHORT):
            return _untrusted(url, "no secure connection could be agreed on")
    happened = f"The server at {url} cannot be reached."
    if isinstance(error, requests.exceptions.ProxyError):
        happened = f"The proxy on the way to {url} cannot be reached."
    return NxcrmError(
        "server_unreachable",
        happened,
        safe=SAFE,
        todo="Work on; sync happens by itself when the connection is back.",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and all it was made from: requests and urllib3 hide a TLS error in arguments and reasons."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current is None or current in seen:
            continue
        seen.append(current)
        yield current
        inner = [*current.args, getattr(current, "reason", None)]
        waiting += [
            current.__cause__,
            current.__context__,
            *(item for item in inner if isinstance(item, BaseException)),
        ]


def _certificate(cause: ssl.SSLCertVerificationError, url: str) -> NxcrmError:
    if cause.verify_code not in _EXPIRED:
        return _untrusted(url, cause.verify_message)
    return NxcrmError(
        "certificate_expired",
        f"The certificate of {url} is not valid at this time.",
        safe="Nothing was sent. " + SAFE,
        todo="Check this device's date and time. If they are right, your administrator must renew the certificate.",
    )


def _untrusted(url: str, why: str) -> NxcrmError:
    return NxcrmError(
        "tls_untrusted",
        f"The certificate of {url} cannot be trusted: {why}.",
        safe="Nothing was sent. " + SAFE,
        todo="Do not go on over this network. If your organisation has its own authority, give its CA file.",
    )
