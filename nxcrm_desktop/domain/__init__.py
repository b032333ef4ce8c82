"""The data dictionary: every entity declared once, and the rules that need nothing but values."""
