"""Cases from filing to the closed file, under legal clocks; may import measures and below."""
