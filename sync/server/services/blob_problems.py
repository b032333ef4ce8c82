"""What can be wrong with an upload or a download, in words."""

from __future__ import annotations

from nxcrm_desktop.errors import NxcrmError
from sync.protocol.codes import Code

_KEPT = "What was sent before is kept."
_RETRY_SECONDS = 600


def not_allowed() -> NxcrmError:
    """NxcrmError ``forbidden``."""
    return NxcrmError(
        Code.FORBIDDEN, "Your role may not add documents.", safe="Nothing was changed.", todo="Ask your administrator."
    )


def unwanted() -> NxcrmError:
    """NxcrmError ``blob_unwanted``."""
    return NxcrmError(
        Code.BLOB_UNWANTED,
        "No document of yours asks for this content, or no upload of it is under way.",
        safe="Nothing was changed.",
        todo="Send the document's record first, then begin the upload.",
    )


def wrong_offset(offset: int) -> NxcrmError:
    """NxcrmError ``wrong_offset`` with the right one."""
    return NxcrmError(
        Code.WRONG_OFFSET,
        "The upload goes on at another place.",
        safe=_KEPT,
        todo="Go on at the offset told.",
        details={"offset": offset},
    )


def incomplete(offset: int) -> NxcrmError:
    """NxcrmError ``upload_incomplete`` with the offset to go on at."""
    return NxcrmError(
        Code.UPLOAD_INCOMPLETE,
        "Not all bytes of the document have been sent.",
        safe=_KEPT,
        todo="Go on at the offset told.",
        details={"offset": offset},
    )


def bad_piece(left: int, smallest: int) -> NxcrmError:
    """NxcrmError ``bad_request``: empty, too small, or beyond the announced end."""
    return NxcrmError(
        Code.BAD_REQUEST,
        f"A piece has at least {smallest} bytes unless it is the last one, and {left} bytes are missing.",
        safe=_KEPT,
        todo="Send a piece of another size.",
    )


def mismatch() -> NxcrmError:
    """NxcrmError ``hash_mismatch``."""
    return NxcrmError(
        Code.HASH_MISMATCH,
        "What arrived is not the document that was announced.",
        safe="It was discarded; nobody has seen it.",
        todo="Begin the upload again.",
    )


def over_quota() -> NxcrmError:
    """NxcrmError ``upload_quota``."""
    return NxcrmError(
        Code.UPLOAD_QUOTA,
        "Too many uploads are begun and not finished.",
        safe=_KEPT,
        todo="Finish one of them, or wait.",
        details={"retry_after": _RETRY_SECONDS},
    )


def absent() -> NxcrmError:
    """NxcrmError ``not_found``: one answer for what is not here and for what is not for the caller."""
    return NxcrmError("not_found", "There is no such document for you.", safe="Nothing was changed.")
