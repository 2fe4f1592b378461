"""My tasks and search: reads from every app below."""
