"""Who sees and does what, with real devices on both databases."""
