"""Refresh tokens may be exchanged a second time when the reply to the first was lost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    for table in ("access_token", "refresh_token"):
        op.add_column(table, sa.Column("parent", sa.Text(), nullable=True))
        op.create_index(f"ix_{table}_parent", table, ["parent"])
    op.add_column("access_token", sa.Column("used_at", sa.BigInteger(), nullable=True))
    op.add_column("refresh_token", sa.Column("retried_at", sa.BigInteger(), nullable=True))
