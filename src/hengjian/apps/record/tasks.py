"""Background work of the record."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from hengjian.apps.record.verification import run_verification


@task()
def verify_in_background(pk: int) -> None:
    """Run one requested verification in the worker."""
    run_verification(pk, clock=timezone.now)
