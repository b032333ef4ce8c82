"""Edits are kept for a while after the server settled them, and erasures for good: a server may be restored."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Edits that wait now were made under the first version of the dictionary."""
    op.execute("ALTER TABLE outbox ADD COLUMN schema BIGINT DEFAULT '1' NOT NULL")
    op.execute(
        "CREATE TABLE settled (n INTEGER NOT NULL, grp TEXT NOT NULL, op TEXT NOT NULL, entity TEXT NOT NULL, "
        "row_id TEXT NOT NULL, base_ver BIGINT, fields TEXT NOT NULL, at BIGINT NOT NULL, author TEXT NOT NULL, "
        "schema BIGINT NOT NULL, settled_at BIGINT NOT NULL, PRIMARY KEY (n))"
    )
    op.execute("ALTER TABLE erasure ADD COLUMN proof TEXT")
    op.execute("ALTER TABLE erasure ADD COLUMN told BIGINT DEFAULT '0' NOT NULL")
