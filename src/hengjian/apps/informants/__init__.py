"""Sealed identities of informants, two-person opening, anonymous channel; may import rulebook and below."""
