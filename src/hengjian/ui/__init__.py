"""Base templates, components and static files: the one look of all pages; may import engines and kernel."""
