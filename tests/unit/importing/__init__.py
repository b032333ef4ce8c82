"""Tests: files read into drafts of records."""
