"""Template tags of the record: `{% load record %}`."""
