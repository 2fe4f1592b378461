"""The demo city and the labelled benchmark; may import engines and kernel; imported by commands and tests only."""
