"""Submissions: from a file to an immutable table in the lake; may import registry and below."""
