"""Every test here runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.sync.server.conftest import database_url, office, pg_copy, pg_template, sqlite_template

__all__ = ["database_url", "office", "pg_copy", "pg_template", "sqlite_template"]
