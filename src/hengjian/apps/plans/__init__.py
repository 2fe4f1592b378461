"""Annual plans, coverage and the visit ledger that guards against repeated checks; may import runs and below."""
