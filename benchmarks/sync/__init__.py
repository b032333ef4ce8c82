"""How fast sync is."""
