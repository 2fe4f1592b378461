"""Consumer complaints under their own rule: acceptance, mediation, end; may import tips and below."""
