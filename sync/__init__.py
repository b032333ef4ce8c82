"""Sync: the protocol, the client engine and the central server."""
