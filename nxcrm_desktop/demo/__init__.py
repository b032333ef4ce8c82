"""A whole demo organisation, made deterministically: a real server, a sales tree, laptops with leads in them."""
