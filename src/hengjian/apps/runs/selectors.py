"""Reading screening runs and the risk they put into force."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import institutions_seen_by
from hengjian.apps.runs.models import ScreeningRun


def runs_seen_by(user: Any, *, on: date) -> QuerySet[ScreeningRun]:
    """Runs of the person's organ and of those below it."""
    return visible(user, "run.view", ScreeningRun.objects.select_related("organ", "requested_by"), on=on)


def organs_to_screen(user: Any, *, on: date) -> list[Organ]:
    """The organs for which the person may start a run, each once."""
    return list({posting.organ_id: posting.organ for posting in granting(user, "run.start", on)}.values())


def ranked_institutions(user: Any, *, on: date) -> QuerySet[Institution]:
    """Institutions with a risk in force that the person may see."""
    return institutions_seen_by(user, on=on, code="risk.view").filter(risk__isnull=False).select_related("organ")
