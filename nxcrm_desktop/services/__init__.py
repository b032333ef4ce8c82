"""Use cases, a module per aggregate; every method is one transaction."""
