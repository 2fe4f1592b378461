"""Organs, people, roles, rights and sign-in; may import record."""
