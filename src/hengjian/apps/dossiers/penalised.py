"""The dossier's section on penalties: what is public of the institution, and its part of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from hengjian.apps.dossiers.reading import Parts
from hengjian.apps.publications.models import Publication
from hengjian.ui.parts import Event

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Penalised:
    """Penalties that are public, the latest first, and how many there are."""

    rows: tuple[Publication, ...]
    total: int
    events: tuple[Event, ...]


def penalised(parts: Parts, *, on: date, whole: bool = False) -> Penalised:
    """What was published by the day and had not reached its last day; what was withdrawn since is not told."""
    found = [one for one in parts.of(Publication) if one.published_on and one.published_on <= on]
    found = [one for one in found if one.stop_on is None or one.stop_on >= on]
    found.sort(key=lambda one: (one.published_on, one.pk), reverse=True)
    events = tuple(_event(one) for one in found)
    return Penalised(tuple(found if whole else found[:SHOWN]), len(found), events)


def _event(one: Publication) -> Event:
    url = reverse("portal:penalty", args=[one.number])
    return Event(one.published_on, f"公示行政处罚：{one.content}", "hot", one.doc_number, url)
