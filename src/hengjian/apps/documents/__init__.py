"""Official documents: forms filled from the record, numbered, reproducible to the byte; may import rulebook and below."""
