"""Keys, unlock, passwords, one-time codes and leases. Imports nothing: the server takes parts without a keyring."""
