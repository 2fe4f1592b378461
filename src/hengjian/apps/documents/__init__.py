"""Official documents: forms filled from the record, numbered without gaps, reproducible to the byte; may import rulebook and below."""
