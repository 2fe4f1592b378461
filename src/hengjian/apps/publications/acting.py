"""From an action's name and the values of its form to the service that makes the move."""

from __future__ import annotations

from typing import Any

from hengjian.apps.publications import correcting, ending, services
from hengjian.apps.publications.guarding import phrases_of
from hengjian.apps.publications.models import Publication


def make_move(row: Publication, action: str, values: dict[str, Any], **who: Any) -> Publication:
    """Make the move; `who` is user, now, today. KeyError for an action without a form."""
    given = {name: value for name, value in values.items() if name != "more"}
    if "more" in values:
        given["more"] = phrases_of(values.get("more", ""))
    if action in ("approve_correction", "reject_correction"):
        return correcting.decide_correction(row=row, approve=action == "approve_correction", **given, **who)
    if action in ("grant_stop", "refuse_stop"):
        return ending.decide_stop(row=row, grant=action == "grant_stop", **given, **who)
    if action in ("note_home", "drop"):
        given.pop("seen", None)
    done: Publication = _SERVICES[action](row=row, **given, **who)
    return done


_SERVICES: dict[str, Any] = {
    "prepare": services.prepare,
    "propose": services.propose,
    "send_back": services.send_back,
    "publish": services.publish,
    "push": services.push,
    "note_home": services.note_home,
    "correct": correcting.correct,
    "request_stop": ending.request_stop,
    "stop": ending.stop,
    "withdraw": ending.withdraw,
    "drop": ending.drop,
}
