"""Official documents: forms filled from the record, numbered, reproducible; may import rulebook and below."""
