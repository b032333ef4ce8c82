"""Attachments: encrypted on disk, recognised by content, previewed without trusting them."""
