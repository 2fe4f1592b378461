"""Who went to an institution last time: they do not go again next time.

Draws know whom they sent; an app above that knows who really went registers itself and then answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from hengjian.apps.draws.models import DrawAssignment
from hengjian.apps.draws.procedures import TASKABLE

Provider = Callable[[Collection[int], date], dict[int, set[int]]]
"""Institution ids and a day → institution id → ids of the users of its last visit before that day."""

_PROVIDERS: list[Provider] = []
CHUNK = 500


def register(provider: Provider) -> None:
    """Let an app above say who really went; its answer for an institution beats what was drawn."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def last_inspectors(institutions: Collection[int], *, before: date) -> dict[int, set[int]]:
    """Institution id → ids of the people of its last visit before the day; nobody where there was none."""
    found = _drawn(institutions, before)
    for provider in _PROVIDERS:
        found |= {pk: users for pk, users in provider(institutions, before).items() if users}
    return found


def _drawn(institutions: Collection[int], before: date) -> dict[int, set[int]]:
    ids = list(institutions)
    latest: dict[int, tuple[date, int]] = {}
    people: dict[tuple[int, int], set[int]] = {}
    for start in range(0, len(ids), CHUNK):
        rows = DrawAssignment.objects.filter(
            current=True,
            unit__institution_id__in=ids[start : start + CHUNK],
            unit__substituted=False,
            draw__state__in=TASKABLE,
            draw__planned_to__lt=before,
        ).exclude(slot="expert")
        for pk, draw, day, user in rows.values_list("unit__institution_id", "draw_id", "draw__planned_to", "user_id"):
            latest[pk] = max(latest.get(pk, (day, draw)), (day, draw))
            people.setdefault((pk, draw), set()).add(user)
    return {pk: people[pk, draw] for pk, (_, draw) in latest.items()}
