"""Major cases: reported up, supervised, joint teams, consultations, series; may import transfers and below."""
