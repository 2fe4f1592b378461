"""Who may see the documents of a thing, and what is filled in: the app that owns the thing says both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from hengjian.apps.accounts.models import User
from hengjian.kernel.errors import NotFound

SeenBy = Callable[[User, date], QuerySet[Any]]
ContextOf = Callable[[Any, str, date], dict[str, Any]]
UrlOf = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Access:
    """One kind of thing that has documents.

    `seen_by(user, on)` gives the rows this person sees; `context(thing, form id, today)` what the record knows for a
    form; `write` is the permission on the thing that allows drawing documents up by hand ("" – only the services of the
    owning app do); `offers(thing)` the forms that are offered there, `url(thing)` its page.
    """

    kind: str
    seen_by: SeenBy
    context: ContextOf
    write: str = ""
    url: UrlOf | None = None
    offers: Callable[[Any], tuple[str, ...]] | None = None


_KINDS: dict[str, Access] = {}


def register(
    kind: str,
    seen_by: SeenBy,
    context: ContextOf,
    *,
    write: str = "",
    url: UrlOf | None = None,
    offers: Callable[[Any], tuple[str, ...]] | None = None,
) -> None:
    """Offer documents on things of a kind (`cases.case`); called from `AppConfig.ready()` of the owning app."""
    _KINDS[kind] = Access(kind, seen_by, context, write, url, offers)


def kinds() -> list[Access]:
    """All registered kinds."""
    return list(_KINDS.values())


def kind_of(thing: Model) -> str:
    """The kind under which a thing's documents are kept."""
    return thing._meta.label_lower


def access_of(kind: str) -> Access:
    """The access of a kind; NotFound when nobody registered it: nobody may see such documents."""
    if kind not in _KINDS:
        raise NotFound("没有这份文书，或者您无权查看。")
    return _KINDS[kind]


def thing_seen_by(user: User, kind: str, pk: str, *, on: date) -> Any:
    """The thing, if this person sees it; NotFound otherwise."""
    known = access_of(kind)
    field = known.seen_by(user, on).model._meta.pk
    try:
        key = field.to_python(pk)
    except ValidationError:
        key = None
    found = known.seen_by(user, on).filter(pk=key).first() if key is not None else None
    if found is None:
        raise NotFound("没有这份文书，或者您无权查看。")
    return found
