"""Sync over HTTP, against a real server process."""
