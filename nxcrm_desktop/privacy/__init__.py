"""Customers' legal rights, carried out from the data dictionary. Used by the device and by the server alike.

Nothing here lists tables or columns by name: an entity or a column added to the dictionary is covered at once.
"""
