"""The bytes of documents at the server: SQLite and PostgreSQL, a disk and a bucket."""
