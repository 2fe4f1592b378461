"""Template tags of the one look: `{% load ui %}`."""
