"""Dated law as data: YAML with instrument, article and validity, and the loader that refuses unknown keys; may import engines and kernel."""
