"""One institution, one dossier: everything known, as of a day; may import alerts and below."""
