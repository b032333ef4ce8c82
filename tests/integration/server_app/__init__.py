"""The server as a program: its process, its accounts, its commands."""
