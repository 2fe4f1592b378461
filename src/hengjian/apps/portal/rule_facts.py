"""The published list of what is checked: groups and items of the rulebook with the articles they rest on."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from hengjian.apps.portal.institution_facts import fields_of
from hengjian.apps.rulebook.entry import cited
from hengjian.law.loader import lawbook
from hengjian.law.models import CheckItem, Checklist


def checklists(on: date) -> list[dict[str, Any]]:
    """Every group in force on the day with its items."""
    return [_group(one, on) for one in lawbook().checklists if one.holds_on(on)]


def _group(group: Checklist, on: date) -> dict[str, Any]:
    return {
        "id": group.id,
        "title": group.title,
        "valid_from": group.valid_from,
        "valid_to": group.valid_to,
        "items": [_item(item, on, otherwise=group.valid_from) for item in group.items],
    }


def _item(item: CheckItem, on: date, *, otherwise: date) -> dict[str, Any]:
    return {
        "id": item.id,
        "text": item.text,
        "how": item.how,
        "articles": [cited(one, on, otherwise=otherwise) for one in item.anchors],
        "standards": list(item.standards),
        "fields": fields_of(item.fields),
    }


def checklists_as_of(on: date) -> datetime | None:
    """The first moment of the newest edition in force."""
    days = [one.valid_from for one in lawbook().checklists if one.holds_on(on)]
    return timezone.make_aware(datetime.combine(max(days), time.min)) if days else None
