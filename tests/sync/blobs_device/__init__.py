"""The bytes of documents between real laptops and a real server."""
