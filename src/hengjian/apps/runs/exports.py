"""Lists that leave the system go on the record."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import actor_for, postings_on
from hengjian.apps.registry.services import record_export


def note_export(request: HttpRequest, what: str, *, rows: int) -> None:
    """Note who took which list out, how many rows and with which filters."""
    if not isinstance(request.user, User):
        return
    posting = postings_on(request.user, timezone.localdate())[0]
    record_export(
        actor=actor_for(request.user, posting),
        now=timezone.now(),
        organ=posting.organ,
        what=what,
        rows=rows,
        query=request.META.get("QUERY_STRING", ""),
    )
