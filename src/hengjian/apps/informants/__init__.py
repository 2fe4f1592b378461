"""The informant vault: sealed identities, two-person opening, anonymous two-way channel; may import rulebook and below."""
