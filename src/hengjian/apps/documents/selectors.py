"""Reading documents: those of a thing, those a person may see, and what one was printed from."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from hengjian.apps.accounts.models import User
from hengjian.apps.documents.access import kind_of, kinds
from hengjian.apps.documents.models import Document, DocumentSet

STANDING = ("draft", "issued")


def documents_of(thing: Model, *, everything: bool = False) -> QuerySet[Document]:
    """The documents of a thing in the order they were drawn up; replaced, void and discarded ones on demand."""
    rows = Document.objects.filter(thing_kind=kind_of(thing), thing_id=str(thing.pk)).select_related("organ")
    return rows if everything else rows.filter(state__in=STANDING)


def issued_of(thing: Model, form: str) -> Document | None:
    """The latest issued document of a form of a thing."""
    return documents_of(thing).filter(form=form, state="issued").order_by("-issued_at", "-pk").first()


def sets_of(thing: Model) -> QuerySet[DocumentSet]:
    """Sets of documents asked for in a thing, the latest first."""
    return DocumentSet.objects.filter(thing_kind=kind_of(thing), thing_id=str(thing.pk))


def documents_seen_by(user: User, *, on: date) -> QuerySet[Document]:
    """Documents of all things that this person sees: the rights are those of the things, kind by kind."""
    return Document.objects.filter(_seen(user, on)).select_related("organ")


def sets_seen_by(user: User, *, on: date) -> QuerySet[DocumentSet]:
    """Sets of documents of all things that this person sees."""
    return DocumentSet.objects.filter(_seen(user, on)).select_related("organ")


def _seen(user: User, on: date) -> Q:
    condition = Q(pk__in=[])
    for known in kinds():
        things: QuerySet[Any] = known.seen_by(user, on).order_by()
        mine = things.annotate(_text=Cast("pk", CharField())).filter(_text=OuterRef("thing_id"))
        condition |= Q(thing_kind=known.kind) & Exists(mine)
    return condition


def versions_of(document: Document) -> list[Document]:
    """All versions of one document, the newest first."""
    rows = Document.objects.filter(
        thing_kind=document.thing_kind, thing_id=document.thing_id, form=document.form, serial=document.serial
    )
    return list(rows.order_by("-version"))


def gaps(series_id: int) -> list[int]:
    """Numbers of a series that no document bears: empty, or the series was tampered with."""
    rows = Document.objects.filter(series_id=series_id).values_list("ordinal", flat=True)
    borne = {one for one in rows if one is not None}
    return [one for one in range(1, max(borne, default=0) + 1) if one not in borne]
