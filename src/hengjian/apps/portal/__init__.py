"""What everybody may read: plans, draws with proof, results; may import dossiers and below."""
