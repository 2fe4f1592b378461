"""Which kinds of things can be shared with another organ, and how each is found; the apps above register theirs.

sharing.offer(Institution, label="机构", seen_by=institutions_seen_by, url=lambda row: reverse(...))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from hengjian.apps.accounts.models import Share
from hengjian.kernel.errors import NotFound


class SeenBy(Protocol):
    """A selector of the app: the rows a person may see on a day."""

    def __call__(self, user: Any, *, on: date) -> QuerySet[Any]: ...


@dataclass(frozen=True, slots=True)
class Shareable:
    """One kind: its Chinese label, its selector and the page of one row."""

    label: str
    seen_by: SeenBy
    url: Callable[[Any], str]


_KINDS: dict[str, Shareable] = {}


def offer(model: type[Model], *, label: str, seen_by: SeenBy, url: Callable[[Any], str]) -> None:
    """Let rows of this model be shared."""
    _KINDS[model._meta.label_lower] = Shareable(label, seen_by, url)


def is_offered(kind: str) -> bool:
    """Whether rows of this kind can be shared at all."""
    return kind in _KINDS


def find(kind: str, pk: str, user: Any, *, on: date) -> tuple[Shareable, Any]:
    """The kind and the row as far as the person may see it; NotFound for everything else."""
    known = _KINDS.get(kind)
    if known is None:
        raise NotFound("没有这条记录，或者您无权查看。")
    rows = known.seen_by(user, on=on)
    try:
        key = rows.model._meta.pk.to_python(pk)
    except ValidationError:
        key = None
    row = rows.filter(pk=key).first() if key is not None else None
    if row is None:
        raise NotFound("没有这条记录，或者您无权查看。")
    return known, row


def shares_of(row: Model) -> QuerySet[Share]:
    """With whom a row is or was shared, newest first."""
    shares = Share.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk))
    return shares.select_related("organ", "granted_by")
