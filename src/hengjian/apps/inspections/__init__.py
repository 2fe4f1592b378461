"""Inspection tasks, the visit itself and what it found; may import alerts and below."""
