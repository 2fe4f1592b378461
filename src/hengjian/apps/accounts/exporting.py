"""Lists of people and events that leave the system go on the record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import actor_for, granting
from hengjian.apps.record.services import append_event


@transaction.atomic
def note_list_export(*, request: HttpRequest, permission: str, what: str, rows: int, now: datetime) -> None:
    """Note who took which list out under which permission, how many rows and with which filters."""
    if not isinstance(request.user, User):
        raise TypeError("only pages behind a gate hand out lists")
    posting = granting(request.user, permission, timezone.localdate(now))[0]
    append_event(
        now=now,
        actor=actor_for(request.user, posting),
        verb="list.export",
        thing=posting.organ,
        organ_path=posting.organ.path,
        after={"what": what, "rows": rows, "query": request.META.get("QUERY_STRING", "")[:500]},
    )
