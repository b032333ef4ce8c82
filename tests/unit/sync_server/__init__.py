"""The parts of the server."""
