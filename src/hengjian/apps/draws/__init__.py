"""Verifiable draws: roster, commitment, entropy, result, proof; may import plans and below."""
