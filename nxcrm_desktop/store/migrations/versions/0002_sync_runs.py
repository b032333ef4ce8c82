"""The history of sync: one row for each run that did something or failed."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute(
        "CREATE TABLE sync_run (id INTEGER NOT NULL, at BIGINT NOT NULL, ended BIGINT NOT NULL, outcome TEXT NOT NULL, "
        "code TEXT, pushed BIGINT NOT NULL, pulled BIGINT NOT NULL, merged BIGINT NOT NULL, conflicts BIGINT NOT NULL, "
        "rejected BIGINT NOT NULL, papers_up BIGINT NOT NULL, papers_down BIGINT NOT NULL, bytes_up BIGINT NOT NULL, "
        "bytes_down BIGINT NOT NULL, PRIMARY KEY (id))"
    )
