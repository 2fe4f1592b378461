"""What must be public and when: penalties, redaction, stop dates, typical cases; may import oversights and below."""
