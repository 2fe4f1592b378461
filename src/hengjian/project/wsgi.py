"""The WSGI application that the server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
application = get_wsgi_application()

# What is loaded now lives as long as the process: without this every full collection walks all of Django again in the
# middle of somebody's page.
assert get_resolver().url_patterns  # noqa: S101 – the first page should not be the one that imports all views
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
