"""One file a detector: what it means, what it needs, how it computes."""
