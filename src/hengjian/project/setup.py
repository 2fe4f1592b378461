"""Starting Django for a command."""

from __future__ import annotations

import os


def start_django() -> None:
    """Load settings and apps once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
    import django

    django.setup()
