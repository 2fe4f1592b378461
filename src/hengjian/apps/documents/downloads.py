"""That a document left the system is on the record: who took which file, under which right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from hengjian.apps.accounts.rights import actor_for, granting
from hengjian.apps.documents.models import Document
from hengjian.apps.record.services import append_event


@transaction.atomic
def _note(request: HttpRequest, verb: str, thing: Model, now: datetime, after: Mapping[str, Any]) -> None:
    posting = granting(request.user, "document.view", timezone.localdate(now))[0]
    actor = actor_for(request.user, posting)  # type: ignore[arg-type]
    path = getattr(thing, "organ_path", None)
    append_event(now=now, actor=actor, verb=verb, thing=thing, organ_path=path, after=after)


def note_download(*, request: HttpRequest, document: Document, kind: str, now: datetime) -> None:
    """One file of one document."""
    _note(request, "document.download", document, now, {"file": kind, "draft": document.issued_at is None})


def note_whole_file(*, request: HttpRequest, thing: Model, volumes: tuple[str, ...], now: datetime) -> None:
    """The whole file of a thing."""
    _note(request, "document.whole_file", thing, now, {"volumes": list(volumes)})
