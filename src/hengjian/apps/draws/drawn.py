"""What the coverage meter asks of draws: which institutions were selected, before anybody has been sent to them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Organ
from hengjian.apps.draws.models import DrawUnit
from hengjian.apps.draws.selectors import in_force

SELECTED = ("drawn", "announced", "published")


def institutions_drawn(organ: Organ, year: int) -> QuerySet[Any]:
    """Ids of the institutions that draws planned in the year have selected and that were not replaced.

    A superior's draw counts for the area below only when its proof is public: before, it would give targets away.
    """
    own = Q(draw__organ__path__startswith=organ.path)
    rows = in_force(DrawUnit.objects.filter(draw__state__in=SELECTED, draw__planned_from__year=year))
    return rows.filter(own | Q(draw__state="published")).values("institution_id")
