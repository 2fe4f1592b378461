"""From a page's form to the service that makes the move."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.rectifications import services
from hengjian.apps.rectifications.forms import MoveForm
from hengjian.apps.rectifications.models import Rectification

SERVICES: dict[str, Any] = {
    "order": services.order_rectification,
    "answer": services.answer_item,
    "record_answer": services.answer_item,
    "strike_off": services.strike_off,
    "send_back": services.send_back,
    "extend": services.extend_limit,
    "assign": services.assign_item,
    "withdraw": services.withdraw_item,
    "reopen": services.reopen_item,
}


def make_move(
    action: str,
    form: MoveForm,
    *,
    rows: QuerySet[Rectification],
    item: Rectification,
    user: User,
    now: datetime,
    offered: bool,
) -> Rectification:
    """Make the move with what the form holds.

    A move that the page did not offer is asked of the service all the same, which says why not: by the table, by the
    rights, or because a second person is wanted. Then the form's fields do not matter.
    """
    form.full_clean()
    values = dict(getattr(form, "cleaned_data", {}))
    seen = values.pop("seen", "") or None
    if not offered:
        return services.refuse_move(rows=rows, pk=item.pk, action=action, user=user, now=now)
    if action == "record_answer":
        values["on_paper"] = True
    made: Rectification = SERVICES[action](rows=rows, pk=item.pk, user=user, now=now, seen=seen, **values)
    return made
