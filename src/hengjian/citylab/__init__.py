"""The demo city and the labelled benchmark generator; may import engines and kernel; imported by commands and tests only."""
