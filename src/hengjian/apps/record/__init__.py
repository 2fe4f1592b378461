"""Append-only, hash-chained events and the one function that performs a transition; imports kernel and ui only."""
