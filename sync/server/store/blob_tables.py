"""Tables of the bytes of documents: what is stored, what is on its way, who has proved to hold it, what is to go.

The bytes lie in a :class:`sync.server.blobs.ports.BlobStore` as pieces under random names. A content becomes visible,
and a piece changes its holder, by one transaction here; nothing is ever moved or joined in the store.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text

from nxcrm_desktop.domain.facts import Personal
from sync.server.store.tables import own_table

_WITH_THE_DOCUMENT = "Removed with the bytes, once no document version names them."

BLOB = own_table(
    "blob",
    "Contents of documents that are here whole and whose hash was checked.",
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
    Column("unused_since", BigInteger),  # since when only deleted document versions name it
    personal=Personal.TECHNICAL,
    erased_by=_WITH_THE_DOCUMENT,
)
BLOB_PIECE = own_table(
    "blob_piece",
    "Pieces of contents: under which name each lies in the store, encrypted.",
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),  # sha256 of a content, or id of an upload
    Column("start", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Index(None, "holder", "start", unique=True),
    personal=Personal.NONE,
    erased_by=_WITH_THE_DOCUMENT,
)
BLOB_UPLOAD = own_table(
    "blob_upload",
    "Uploads begun and not finished: whose, of what, how far.",
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Index(None, "user_id", "sha256", unique=True),
    Index(None, "touched_at"),
    personal=Personal.TECHNICAL,
    erased_by="Discarded when nothing was added for a while, or no document version asks for the content any more.",
)
BLOB_PROOF = own_table(
    "blob_proof",
    "Document versions whose maker has proved to hold the content that they name.",
    Column("version_id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("proved_at", BigInteger, nullable=False),
    Index(None, "sha256"),
    personal=Personal.TECHNICAL,
    erased_by=_WITH_THE_DOCUMENT,
)
BLOB_WASTE = own_table(
    "blob_waste",
    "Names in the store to be removed: written down before a piece is stored, so that no crash leaves bytes behind.",
    Column("name", Text, primary_key=True),
    Column("due_at", BigInteger, nullable=False),
    Index(None, "due_at"),
    personal=Personal.NONE,
    erased_by="Nothing personal.",
)
