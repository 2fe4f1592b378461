"""Dated law as data (YAML with article and validity) and its strict loader; may import engines and kernel."""
