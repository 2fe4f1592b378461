"""Run in processes of its own by test_numbering: `prepare`, `N M` (N threads take M numbers each), `told`."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hengjian.project.setup import start_django


def prepare() -> None:
    from tests.apps.factories import make_tree

    make_tree()


def issue_many(number: int, times: int) -> None:
    """Every third one is undone after its number was given, as when a later step refuses."""
    from django.db import connection, transaction

    from hengjian.apps.accounts.models import Organ
    from hengjian.apps.documents.services import draw_up_and_issue
    from hengjian.apps.record.services import SYSTEM
    from hengjian.law.paper import form
    from tests.apps.documents.samples import whole_context
    from tests.apps.factories import NOW, TODAY

    organ = Organ.objects.get(name="青石县市场监督管理局")
    given: dict[str, Any] = {"thing": organ, "organ": organ, "actor": SYSTEM, "now": NOW, "today": TODAY}
    context = whole_context(form("PEN-45", TODAY))
    try:
        for turn in range(times):
            try:
                with transaction.atomic():
                    # a thing of its own each time: what is raced for is the number
                    draw_up_and_issue(form="PEN-45", context=context, printing="on_demand", **given)
                    if (number + turn) % 3 == 0:
                        raise InterruptedError
            except InterruptedError:
                continue
    finally:
        connection.close()


def told() -> dict[str, Any]:
    from hengjian.apps.documents.models import Document, NumberSeries
    from hengjian.apps.documents.selectors import gaps

    series = NumberSeries.objects.get()
    ordinals = sorted(Document.objects.filter(series=series).values_list("ordinal", flat=True))
    return {"last": series.last, "count": len(ordinals), "distinct": len(set(ordinals)), "gaps": gaps(series.pk)}


if __name__ == "__main__":
    start_django()
    if sys.argv[1] == "prepare":
        prepare()
    elif sys.argv[1] == "told":
        print(json.dumps(told()))
    else:
        threads, times = int(sys.argv[1]), int(sys.argv[2])
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda number: issue_many(number, times), range(threads)))
