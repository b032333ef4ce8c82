"""Every figure the documentation quotes, reproducible by one command: ``make bench``."""
