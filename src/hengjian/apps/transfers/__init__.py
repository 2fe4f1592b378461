"""Transfers: suspected crime to the police, matters to other departments, with receipts; may import cases and below."""
