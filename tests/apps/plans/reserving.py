"""A worker of the concurrency test: prepare the rows, or try to reserve visits of one enterprise from many threads."""

from __future__ import annotations

import json
import sys
import threading
from datetime import timedelta
from typing import Any

from hengjian.project.setup import start_django


def prepare() -> None:
    """A county with a plan in force and one enterprise."""
    from django.utils import timezone

    from hengjian.apps.plans.models import AnnualPlan, PlanItem
    from tests.apps.factories import make_institution, make_tree, make_user

    tree = make_tree()
    user = make_user(tree.county, "officer", username="officer")
    year = timezone.localdate().year + 1
    plan = AnnualPlan.objects.create(
        number="JH-1", organ=tree.county, year=year, title="甲", state="in_force", drafted_by=user,
        drafted_at=timezone.now(),
    )  # fmt: skip
    PlanItem.objects.create(
        plan=plan, number="JH-1-01", lineage="JH-1-01", title="乙", kind="key_field", fields=["food"]
    )
    make_institution(tree.county)


def reserve_from_threads(worker: int, threads: int) -> None:
    """Each thread tries its own day, 70 days apart: the gap allows all of them, the cap only two."""
    refused: list[str] = []
    run = [threading.Thread(target=_try, args=(worker * threads + one, refused)) for one in range(threads)]
    for one in run:
        one.start()
    for one in run:
        one.join()
    sys.stdout.write(json.dumps(refused))


def _try(number: int, refused: list[str]) -> None:
    from django.db import connection
    from django.utils import timezone

    from hengjian.apps.accounts.models import User
    from hengjian.apps.plans.models import PlanItem
    from hengjian.apps.plans.services import reserve_visit
    from hengjian.apps.registry.models import Institution
    from hengjian.kernel.errors import Refused
    from tests.apps.factories import make_actor

    try:
        user = User.objects.get(username="officer")
        item = PlanItem.objects.select_related("plan__organ").get()
        values: dict[str, Any] = {"origin_kind": "key_field", "origin_id": f"Q-{number}", "item": item}
        start = timezone.localdate().replace(year=item.plan.year, month=1, day=5)
        reserve_visit(
            institution=Institution.objects.get(), organ=item.plan.organ, day=start + timedelta(70 * (number % 5)),
            actor=make_actor(user), now=timezone.now(), today=timezone.localdate(), **values,
        )  # fmt: skip
    except Refused as error:
        refused.append(error.sentence)
    finally:
        connection.close()


def told() -> None:
    """What the ledger holds now."""
    from hengjian.apps.plans.models import Visit
    from hengjian.apps.record.models import Event

    rows = list(Visit.objects.values_list("number", "counted", "state"))
    events = Event.objects.filter(verb="visit.reserve").count()
    sys.stdout.write(json.dumps({"visits": rows, "events": events}))


if __name__ == "__main__":
    start_django()
    if sys.argv[1] == "prepare":
        prepare()
    elif sys.argv[1] == "told":
        told()
    else:
        reserve_from_threads(int(sys.argv[1]), int(sys.argv[2]))
