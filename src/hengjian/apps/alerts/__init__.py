"""What screening raised and how people judged it; may import runs and below."""
