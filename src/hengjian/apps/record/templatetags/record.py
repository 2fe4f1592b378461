"""`{% load record %}{% history alert %}`: who did what with one thing, newest first."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model

from hengjian.apps.record import wording
from hengjian.apps.record.models import Event
from hengjian.apps.record.selectors import events_of

register = template.Library()

register.filter("verb_label", wording.verb_label)
register.filter("role_label", wording.role_label)
register.filter("kind_label", wording.kind_label)


@register.inclusion_tag("record/history.html")
def history(thing: Model, limit: int = 30) -> dict[str, Any]:
    """The thing's events, at most `limit`; whoever may see the thing may see its history."""
    rows = list(events_of(thing._meta.label_lower, thing.pk)[: limit + 1])
    return {"entries": [_entry(event) for event in rows[:limit]], "more": len(rows) > limit}


def _entry(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "verb": wording.verb_label(event.verb),
        "role": wording.role_label(event.role),
        "changes": wording.changes_of(event),
    }
