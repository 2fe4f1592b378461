"""Background work of leads: looking for likeness once a lead is there."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from hengjian.apps.leads.likeness import find_likeness


@task()
def look_for_likeness(lead_pk: int) -> int:
    """Propose what the lead may belong to; answers with how many proposals are new. Running it twice adds nothing."""
    return find_likeness(lead_pk=lead_pk, now=timezone.now())
