"""Numbers of plans, visits and proposals: by year, without doubles, also when two people ask at the same moment."""

from __future__ import annotations

from django.db import transaction

from hengjian.apps.plans.models import Series


def next_number(prefix: str, year: int) -> str:
    """The next number such as `RQ-2026-0012`; only inside the transaction that uses it."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a number is taken only inside the transaction that uses it")
    start = f"{prefix}-{year}-"
    rows = Series.objects.select_for_update()
    series = rows.filter(prefix=start).first()
    if series is None:
        Series.objects.get_or_create(prefix=start)
        series = rows.get(prefix=start)
    series.last += 1
    series.save(update_fields=["last"])
    return f"{start}{series.last:04d}"
