"""Annual plans, coverage and the visit ledger that guards enterprises against repeated checks; may import runs and below."""
