"""Institutions and what belongs to them, with validity; may import rulebook and below."""
