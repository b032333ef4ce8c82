"""How long an import takes beside a bare write of the same rows, and that its memory does not grow with the file."""
