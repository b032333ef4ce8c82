"""The server side of sync: its services called directly, on SQLite and on PostgreSQL."""
