"""Possible duplicates; what a resolved conflict replaced; why an edit was refused, and what was decided about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    op.create_table(
        "duplicate",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.Column("ver", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_duplicate_group_id", "duplicate", ["group_id"])
    op.create_index("ix_duplicate_row_id", "duplicate", ["row_id"])
    op.create_index("ix_duplicate_status", "duplicate", ["status"])
    for table, column in (("conflict", "replaced"), ("conflict", "result"), ("quarantine", "code"),
                          ("quarantine", "note")):  # fmt: skip
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))
    for column in ("refused_since", "refused"):
        op.add_column("device_sync", sa.Column(column, sa.BigInteger(), nullable=True))
