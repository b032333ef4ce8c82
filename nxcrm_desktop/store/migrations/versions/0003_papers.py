"""Where the bytes of documents are, and which are kept on the device."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Until now no bytes were sent: whatever is here waits for the server.

    Versions made elsewhere are taken for here, too; the first look at the folder puts that right.
    """
    op.execute(
        "CREATE TABLE paper (sha256 TEXT NOT NULL, size BIGINT NOT NULL, here BIGINT NOT NULL, "
        "on_server BIGINT NOT NULL, used_at BIGINT NOT NULL, version_id TEXT, failure TEXT, tries BIGINT NOT NULL, "
        "retry_at BIGINT, PRIMARY KEY (sha256)) WITHOUT ROWID"
    )
    op.execute("CREATE INDEX ix_paper_state ON paper (on_server, here)")
    op.execute(
        "CREATE TABLE paper_pin (entity TEXT NOT NULL, row_id TEXT NOT NULL, PRIMARY KEY (entity, row_id)) "
        "WITHOUT ROWID"
    )
    op.execute(
        "INSERT INTO paper SELECT sha256, max(size_bytes), 1, 0, max(created_at), min(id), NULL, 0, NULL "
        "FROM document_version WHERE sha256 IS NOT NULL AND size_bytes IS NOT NULL AND created_at IS NOT NULL "
        "GROUP BY sha256"
    )
