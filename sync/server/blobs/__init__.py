"""Where the bytes of documents lie: encrypted pieces on a disk or in a bucket."""
