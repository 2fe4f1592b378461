"""From a page's form to the service that makes the move."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.measures import services
from hengjian.apps.measures.models import Measure


def make_move(action: str, row: Measure, values: dict[str, Any], *, user: User, now: datetime, today: date) -> Measure:
    """Make the move with what the form holds; the service asks rights and table."""
    who: dict[str, Any] = {"row": row, "user": user, "now": now, "today": today}
    if action == "propose":
        return services.propose_measure(**who)
    if action in ("approve", "send_back"):
        return services.decide_measure(approve=action == "approve", note=values.get("note", ""), **who)
    if action in ("answer", "record_answer"):
        return services.answer_measure(text=values.get("text", ""), on_paper=action == "record_answer", **who)
    if action in ("verify", "fail", "ask_again"):
        limit = values.get("limit")
        return services.verify_measure(action=action, note=values.get("note", ""), limit=limit, **who)
    made: Measure = _OTHERS[action](**who, **values)
    return made


_OTHERS: dict[str, Any] = {
    "issue": services.issue_measure,
    "hold": services.hold_interview,
    "extend": services.extend_measure,
    "drop": services.drop_measure,
}
