"""News on the server: who is told what, by which worker, and when no more."""
