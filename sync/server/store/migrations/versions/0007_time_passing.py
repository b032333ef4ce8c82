"""When the clock stood where, so that old tombstones can go; which results each device has stored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    op.create_table(
        "clock_mark",
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("at"),
    )
    op.add_column("device_sync", sa.Column("settled_n", sa.BigInteger(), nullable=True))
    tombstones = sa.text("op <> 1")
    op.create_index("ix_feed_tombstone", "feed", ["seq"], sqlite_where=tombstones, postgresql_where=tombstones)
