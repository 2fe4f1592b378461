"""Graded response without a case: guidance, interview, admonition, order to correct; may import rectifications and below."""
