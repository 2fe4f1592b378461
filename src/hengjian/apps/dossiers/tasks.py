"""Background work of dossiers."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from hengjian.apps.dossiers.services import run_print


@task()
def make_print(order_id: int) -> None:
    """Make one ordered PDF; running it again after a crash makes the same file."""
    run_print(order_id=order_id, now=timezone.now())
