"""A worker of the race: prepare a draw whose entropy has arrived; then press “draw” and project a batch in threads."""

from __future__ import annotations

import json
import sys
import threading

from django.conf import settings

from hengjian.project.setup import start_django


def prepare() -> None:
    """One draw, ready to be drawn."""
    from tests.apps.draws.samples import draw_at, make_stage

    draw_at(make_stage(), "entropy_confirmed")


def race(threads: int) -> None:
    """Half the threads draw the same draw, half project the same free batch."""
    told: list[list[str]] = []
    work = [_press if one % 2 else _project for one in range(threads)]
    run = [threading.Thread(target=_try, args=(do, told)) for do in work]
    for one in run:
        one.start()
    for one in run:
        one.join()
    sys.stdout.write(json.dumps(told))


def _try(do: object, told: list[list[str]]) -> None:
    from django.db import connection

    from hengjian.kernel.errors import IllegalMove

    try:
        do()  # type: ignore[operator]
        told.append([do.__name__, ""])  # type: ignore[attr-defined]
    except IllegalMove as error:
        told.append([do.__name__, error.sentence])  # type: ignore[attr-defined]
    finally:
        connection.close()


def _press() -> None:
    from hengjian.apps.accounts.models import User
    from hengjian.apps.draws.drawing import draw_now
    from hengjian.apps.draws.models import Draw
    from tests.apps.draws.samples import LATER, who

    chief = User.objects.get(name="尤二")
    draw_now(pk=Draw.objects.get(batch=1).pk, seen_state="entropy_confirmed", **who(chief, LATER))


def _project() -> None:
    from hengjian.apps.accounts.models import User
    from hengjian.apps.draws.services import create_draw
    from hengjian.apps.plans.models import PlanItem
    from tests.apps.draws.samples import SETTINGS, who

    item = PlanItem.objects.select_related("plan__organ").get()
    create_draw(item=item, batch=2, id_salt="7c" * 32, settings=SETTINGS, **who(User.objects.get(name="尤二")))


def told() -> None:
    """What stands in the end."""
    from hengjian.apps.draws.models import Draw, DrawAssignment
    from hengjian.apps.record.models import Event

    rows = list(Draw.objects.order_by("batch").values_list("batch", "state", "sample_size"))
    drawn = Event.objects.filter(verb="draw.draw").count()
    sys.stdout.write(json.dumps({"draws": rows, "drawn": drawn, "slots": DrawAssignment.objects.count()}))


if __name__ == "__main__":
    start_django()
    settings.DRAWS_ROOT = sys.argv[2]
    if sys.argv[1] == "prepare":
        prepare()
    elif sys.argv[1] == "told":
        told()
    else:
        race(int(sys.argv[1]))
