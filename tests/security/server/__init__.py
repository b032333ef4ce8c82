"""What an attacker would try against the server."""
