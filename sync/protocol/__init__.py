"""Messages, versions, error codes, merge rules and checksums: what client and server are both written against."""
