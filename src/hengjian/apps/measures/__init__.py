"""Response without a case: guidance, interview, admonition, order; may import rectifications and below."""
