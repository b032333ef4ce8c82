"""The server's database: tables, transactions, and every query. SQLite or PostgreSQL by the same code."""
