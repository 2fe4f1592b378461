"""After an approval: the running clocks are derived again, and the amendment says what moved."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from hengjian.apps.clocks.rederiving import rederive_all
from hengjian.apps.record.services import SYSTEM
from hengjian.apps.rulebook.models import Amendment


@task()
def settle(pk: int) -> None:
    """Derive all clocks again under the amended book; done once for each amendment."""
    row = Amendment.objects.filter(pk=pk, state="approved", moved__isnull=True).first()
    if row is None:
        return
    now = timezone.now()
    run = rederive_all(
        actor=SYSTEM, now=now, today=timezone.localdate(now), cause="law", note=f"规则修订 {row.number} {row.entry}"
    )
    Amendment.objects.filter(pk=pk).update(moved=run)
