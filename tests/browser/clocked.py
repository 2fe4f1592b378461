"""The product's pages with a clock that a test can set forward: `python -m tests.browser.clocked PORT OFFSET_FILE`.

Between commitment and entropy lie hours that no test can wait for; the product has no way to tell it another time, so
the time is moved here, from outside. OFFSET_FILE holds seconds to add, read at every look at the clock.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.utils import timezone


class Server(ThreadingMixIn, WSGIServer):
    """Answers several requests at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def main() -> None:
    port, offset = int(sys.argv[1]), Path(sys.argv[2])
    real = timezone.now

    def now() -> datetime:
        return real() + timedelta(seconds=float(offset.read_text()))

    timezone.now = now
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hengjian.project.settings")
    from hengjian.project.wsgi import application

    server = Server(("127.0.0.1", port), Quiet)
    server.set_app(application)
    server.serve_forever()


if __name__ == "__main__":
    main()
