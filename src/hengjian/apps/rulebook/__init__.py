"""The law's data, browsable as of a date; may import accounts and record."""
