"""Background work of documents: typesetting what was issued, and whole sets."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from hengjian.apps.documents.printing import print_document
from hengjian.apps.documents.sets import work_on


@task()
def print_in_background(pk: int) -> None:
    """Typeset one issued document."""
    print_document(pk, now=timezone.now())


@task()
def make_set_in_background(pk: int) -> None:
    """Make the documents of one set."""
    work_on(pk, clock=timezone.now)
