"""What plans ask of draws: which institutions were selected, and which samples are still sealed, and for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Organ
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.draws.policies import may_see_targets
from hengjian.apps.draws.selectors import in_force

SELECTED = ("drawn", "announced", "published")


def institutions_drawn(organ: Organ, year: int, *, without: Collection[str] = ()) -> QuerySet[Any]:
    """Ids of the institutions that draws planned in the year have selected and that were not replaced.

    A superior's draw counts for the area below only when its proof is public: before, it would give targets away.
    `without`: numbers of draws that the reader may not know.
    """
    own = Q(draw__organ__path__startswith=organ.path)
    rows = in_force(DrawUnit.objects.filter(draw__state__in=SELECTED, draw__planned_from__year=year))
    rows = rows.exclude(draw__number__in=list(without)) if without else rows
    return rows.filter(own | Q(draw__state="published")).values("institution_id")


def sealed_draws(user: Any = None, *, on: date | None = None) -> Any:
    """Numbers of the sealed draws that have not been opened; with a person, those whose targets he may not see."""
    rows = Draw.objects.filter(mode="sealed", published_at__isnull=True)
    if user is None or on is None:
        return rows.order_by().values("number")
    drawn = rows.exclude(result={}).select_related("organ")
    return [draw.number for draw in drawn if not may_see_targets(user, draw, on=on)]
