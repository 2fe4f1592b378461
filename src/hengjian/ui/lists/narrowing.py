"""Filters applied: in the database to a queryset's rows, in memory to a sequence's."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from hengjian.kernel.errors import Refused
from hengjian.ui import wording
from hengjian.ui.days import parse_day
from hengjian.ui.lists.spec import Filter, reach

TEXT_MAX = 100


def range_end(text: str, values: str) -> Any:
    if values in {"day", "moment"}:
        return parse_day(text)
    try:
        found = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise Refused(f"“{text[:TEXT_MAX]}”不是数") from None
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise Refused(f"“{text[:TEXT_MAX]}”太大或不是数")
    return found


def narrow(rows: Any, item: Filter, value: Any) -> Any:
    """Apply a filter that only names a field."""
    path = item.lookup if isinstance(item.lookup, str) and item.lookup else item.key
    if isinstance(rows, QuerySet):
        if item.kind == "range":
            return rows.filter(**_between(path, value, item.values))
        return rows.filter(**{f"{path}__icontains" if item.kind == "text" else path: value})
    return [row for row in rows if _matches(reach(row, path), item, value)]


def _between(path: str, pair: tuple[Any, Any], values: str) -> dict[str, Any]:
    low, high = pair
    if values != "moment":
        return {f"{path}__{end}": bound for end, bound in (("gte", low), ("lte", high)) if bound is not None}
    found: dict[str, Any] = {}
    if low is not None:
        found[f"{path}__gte"] = _midnight(low)
    if high is not None and high < date.max:
        found[f"{path}__lt"] = _midnight(high + timedelta(days=1))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _matches(found: Any, item: Filter, value: Any) -> bool:
    if item.kind == "range":
        if found is None:
            return False
        seen = wording.day(found) if item.values in {"day", "moment"} else Decimal(str(found))
        return (value[0] is None or seen >= value[0]) and (value[1] is None or seen <= value[1])
    if item.kind == "text":
        return str(value).casefold() in str(found or "").casefold()
    return bool(found) == value if item.kind == "flag" else str(found) == value
