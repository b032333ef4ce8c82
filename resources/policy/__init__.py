"""Texts of the privacy policy that a new organisation starts with."""
