"""Background tasks of screening runs."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from hengjian.apps.runs.services import note_interruptions
from hengjian.apps.runs.worker import work_on


@task()
def screen_in_background(pk: int) -> None:
    """Do one run's work; runs that a dead worker left behind are marked first."""
    note_interruptions(now=timezone.now())
    work_on(pk)
