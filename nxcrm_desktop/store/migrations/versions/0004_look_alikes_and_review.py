"""Possible duplicates; what a resolved conflict replaced; why an edit was refused, and what was decided about it."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COMMON = "id TEXT NOT NULL, created_at BIGINT, created_by TEXT, updated_at BIGINT, updated_by TEXT, PRIMARY KEY (id)"
_CONFLICT = "entity, row_id, field, base, mine, theirs, mine_by, mine_at, theirs_by, theirs_at, status"
_REFUSED = "entity, row_id, op, changes, reason, author_id, typed_at, status"
_STAMPS = "id, created_at, created_by, updated_at, updated_by"
_MOVED = """
DROP INDEX ix_conflict_row_id;
DROP INDEX ix_conflict_status;
DROP INDEX ix_conflict_by_updated_at;
DROP INDEX ix_quarantine_row_id;
DROP INDEX ix_quarantine_status;
DROP INDEX ix_quarantine_by_updated_at;
ALTER TABLE "conflict" RENAME TO conflict_before;
ALTER TABLE quarantine RENAME TO quarantine_before
"""
_MADE = f"""
CREATE TABLE "conflict" (entity TEXT, row_id TEXT, field TEXT, base TEXT, mine TEXT, theirs TEXT, mine_by TEXT,
    mine_at BIGINT, theirs_by TEXT, theirs_at BIGINT, status TEXT, replaced TEXT, result TEXT, {_COMMON});
CREATE TABLE quarantine (entity TEXT, row_id TEXT, op TEXT, changes TEXT, reason TEXT, author_id TEXT,
    typed_at BIGINT, status TEXT, code TEXT, note TEXT, {_COMMON});
CREATE TABLE duplicate (entity TEXT, row_id TEXT, field TEXT, group_id TEXT, status TEXT, {_COMMON});
INSERT INTO "conflict" ({_CONFLICT}, {_STAMPS}) SELECT {_CONFLICT}, {_STAMPS} FROM conflict_before;
INSERT INTO quarantine ({_REFUSED}, {_STAMPS}) SELECT {_REFUSED}, {_STAMPS} FROM quarantine_before;
DROP TABLE conflict_before;
DROP TABLE quarantine_before;
CREATE INDEX ix_conflict_by_updated_at ON "conflict" (updated_at, id);
CREATE INDEX ix_conflict_row_id ON "conflict" (row_id);
CREATE INDEX ix_conflict_status ON "conflict" (status);
CREATE INDEX ix_quarantine_by_updated_at ON quarantine (updated_at, id);
CREATE INDEX ix_quarantine_row_id ON quarantine (row_id);
CREATE INDEX ix_quarantine_status ON quarantine (status);
CREATE INDEX ix_duplicate_by_updated_at ON duplicate (updated_at, id);
CREATE INDEX ix_duplicate_group_id ON duplicate (group_id);
CREATE INDEX ix_duplicate_row_id ON duplicate (row_id);
CREATE INDEX ix_duplicate_status ON duplicate (status)
"""  # noqa: S608 (constants)


def upgrade() -> None:
    """Tables with new columns are made anew, so that these stand where the dictionary has them."""
    for statement in f"{_MOVED};{_MADE}".split(";"):
        op.execute(statement)
