"""Screening runs as background work, and the risk in force; may import intake and below."""
