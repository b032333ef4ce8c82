"""How fast the encrypted store is at 100,000 leads, beside a bare executemany into the same encrypted tables."""
