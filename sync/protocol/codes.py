"""Error codes of the server's replies, and what a client does about each."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Stable codes. The HTTP status beside each is what the server answers with."""

    BAD_REQUEST = "bad_request"  # 400, 422: a bug or an attack; not retried
    UNAUTHENTICATED = "unauthenticated"  # 401: refresh, then sign in
    FORBIDDEN = "forbidden"  # 403
    DEVICE_REVOKED = "device_revoked"  # 403: shred the store
    DEVICE_REWOUND = "device_rewound"  # 409: the outbox does not match what the server saw; enrol anew
    GAP = "gap"  # 409: a mutation number is missing; send from applied_n + 1
    SCHEMA_TOO_OLD = "schema_too_old"  # 426: update the program; edits stay in the outbox
    SCHEMA_TOO_NEW = "schema_too_new"  # 426: the server is older than the device; wait for its update
    PROTOCOL_UNKNOWN = "protocol_unknown"  # 426
    TOO_LARGE = "too_large"  # 413: send less
    TOO_MANY = "too_many_requests"  # 429: wait Retry-After
    EPOCH_CHANGED = "epoch_changed"  # 409: the server was restored; say hello again
    WRONG_OFFSET = "wrong_offset"  # 409: send the piece that begins at ``Problem.offset``
    UPLOAD_INCOMPLETE = "upload_incomplete"  # 409: the same, on completing
    HASH_MISMATCH = "hash_mismatch"  # 422: the upload was discarded; begin again
    BLOB_UNWANTED = "blob_unwanted"  # 404: no document version of the user names this content (yet, or any more)
    BLOB_TOO_LARGE = "blob_too_large"  # 413: this content is never taken
    UPLOAD_QUOTA = "upload_quota"  # 429: too much is begun and not finished
    UNAVAILABLE = "unavailable"  # 503: wait and retry


class Refusal(StrEnum):
    """Why a mutation was rejected. It is kept as a ``quarantine`` row."""

    NOT_ALLOWED = "not_allowed"  # the role may not do this
    OUT_OF_SCOPE = "out_of_scope"  # the row is not (or no longer) the user's
    UNKNOWN_TABLE = "unknown_table"
    UNKNOWN_FIELD = "unknown_field"
    FIELD_NOT_WRITABLE = "field_not_writable"
    INVALID_VALUE = "invalid_value"
    MISSING_VALUE = "missing_value"
    UNKNOWN_PARENT = "unknown_parent"
    ALREADY_EXISTS = "already_exists"
    DELETED = "deleted"  # status gone: somebody deleted the row
    ERASED = "erased"  # status gone: the row may never return
