"""The encrypted store of a device: rows, outbox, search index, sync state. All of it in one SQLCipher file."""
