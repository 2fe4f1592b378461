"""Drawing up, issuing, replacing, voiding documents; a thing's own services call these inside their transactions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Max, Model

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.documents import numbering
from hengjian.apps.documents.access import kind_of
from hengjian.apps.documents.filling import canonical, digest, fill
from hengjian.apps.documents.models import Confirmation, Document
from hengjian.apps.documents.procedures import DOCUMENT
from hengjian.apps.documents.typesetting import template_digest
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.law.paper import Form, form

Print = Literal["soon", "on_demand"]
REASON_MAX = 500


@transaction.atomic
def draw_up(
    *,
    form: str,
    thing: Model,
    organ: Organ,
    context: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    today: date,
    party: str = "",
) -> Document:
    """A draft: no number, no kept bytes. Refused naming every mandatory fact that is missing, with the article.

    Of the context only the form's own facts are kept. The organ's name is added where the context has none.
    """
    definition = _form(form, today)
    filled = fill(definition, _with_organ(context, organ), on=today)
    text = canonical(filled)
    numbering.lock_chain()  # two who draw up the same form of one thing at once would count the same serial
    before = Document.objects.filter(thing_kind=kind_of(thing), thing_id=str(thing.pk), form=form)
    document = Document.objects.create(
        organ=organ,
        thing_kind=kind_of(thing),
        thing_id=str(thing.pk),
        thing_label=str(thing)[:200],
        form=form,
        title=definition.title,
        party=party[:120],
        serial=(before.aggregate(last=Max("serial"))["last"] or 0) + 1,
        context=text,
        context_digest=digest(text),
        form_digest=definition.digest,
        template_digest=template_digest(),
        drawn_on=today,
        drawn_at=now,
        drawn_by=actor.name,
    )
    _note(document, "document.draw_up", actor, now)
    return document


@transaction.atomic
def issue_document(
    *, document: Document, actor: Actor, now: datetime, today: date, printing: Print = "soon"
) -> Document:
    """Give the number without a gap and close the content; the bytes are typeset right after (or at first reading)."""
    definition = _form(document.form, document.drawn_on)
    if definition.digest != document.form_digest:
        raise Refused(f"《{document.title}》的式样在拟制之后有改动，请先做成新版本再制作。")
    given = numbering.next_number(organ=document.organ, form=definition, year=today.year)

    def apply(row: Document, *_: Any) -> None:
        row.issued_on, row.issued_at, row.issued_by = today, now, actor.name
        if given is not None:
            row.series, row.ordinal = given
            row.number = numbering.written(given[0].word, given[0].year, given[1])

    issued: Document = _move("issue", document, actor, now, apply=apply)
    if printing == "soon":
        transaction.on_commit(lambda: _enqueue_printing(issued.pk))
    return issued


def draw_up_and_issue(
    *,
    form: str,
    thing: Model,
    organ: Organ,
    context: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    today: date,
    party: str = "",
    printing: Print = "soon",
) -> Document:
    """Both in one step, for the moves of a procedure that make a document."""
    with transaction.atomic():
        draft = draw_up(
            form=form, thing=thing, organ=organ, context=context, actor=actor, now=now, today=today, party=party
        )
        return issue_document(document=draft, actor=actor, now=now, today=today, printing=printing)


@transaction.atomic
def new_version(
    *, document: Document, context: Mapping[str, Any], reason: str, actor: Actor, now: datetime, today: date
) -> Document:
    """A new draft in place of a draft or an issued document; the old one is kept and points to nothing but its past.

    The new one gets a number of its own when it is issued: one number never stands on two different contents.
    """
    why = _reason(reason)
    definition = _form(document.form, today)
    filled = fill(definition, _with_organ(context, document.organ), on=today)
    text = canonical(filled)
    old: Document = _move("replace", document, actor, now, reason=why)
    fresh = Document.objects.create(
        organ=old.organ,
        thing_kind=old.thing_kind,
        thing_id=old.thing_id,
        thing_label=old.thing_label,
        form=old.form,
        title=definition.title,
        party=old.party,
        serial=old.serial,
        version=old.version + 1,
        previous=old,
        reason=why,
        context=text,
        context_digest=digest(text),
        form_digest=definition.digest,
        template_digest=template_digest(),
        drawn_on=today,
        drawn_at=now,
        drawn_by=actor.name,
    )
    _note(fresh, "document.draw_up", actor, now, reason=why)
    return fresh


@transaction.atomic
def void_document(*, document: Document, reason: str, actor: Actor, now: datetime) -> Document:
    """An issued document becomes void, its number stays taken; a draft is discarded."""
    action = "discard" if document.state == "draft" else "void"
    done: Document = _move(action, document, actor, now, reason=_reason(reason))
    return done


@transaction.atomic
def confirm_document(
    *, document: Document, place: str, person: User, actor: Actor, now: datetime, opinion: str = ""
) -> Confirmation:
    """Somebody confirms a draft in a place to sign that names them; it is printed with name and time.

    Places of the party, of witnesses and others who are no users stay for the hand alone.
    """
    row = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if row.state != "draft":
        raise IllegalMove(f"《{row.title}》已经制作，确认应当在制作之前。")
    if place not in [sign.place for sign in _form(row.form, row.drawn_on).signs]:
        raise Refused(f"《{row.title}》没有“{place[:20]}”这一签名处。", where={"field": "place"})
    if place not in places_of(row, person):
        raise Refused(f"{person.name}不在“{place}”的人员之列，不能在系统中确认。", where={"field": "place"})
    if row.confirmations.filter(place=place, person=person).exists():
        raise Refused(f"{person.name}已经在“{place}”处确认过。", where={"field": "place"})
    made = row.confirmations.create(place=place, person=person, name=person.name, opinion=opinion[:500], at=now)
    _note(row, "document.confirm", actor, now, reason=opinion[:500], after={"place": place})
    return made


def places_of(document: Document, person: User) -> list[str]:
    """The places to sign of a draft that name this person."""
    filled = json.loads(document.context)
    found = []
    for sign in _form(document.form, document.drawn_on).signs:
        named = filled.get(sign.names or "") or []
        names = re.split(r"[、，,\s]+", named) if isinstance(named, str) else [one["name"] for one in named]
        if person.name in names:
            found.append(sign.place)
    return found


def _form(form_id: str, on: date) -> Form:
    return form(form_id, on)


def _with_organ(context: Mapping[str, Any], organ: Organ) -> dict[str, Any]:
    bureau = numbering.bureau_of(organ)
    told = dict(context.get("organ") or {})
    told.setdefault("name", bureau.name)
    return {**context, "organ": told}


def _reason(reason: str) -> str:
    plain = reason.replace("\x00", "").strip()
    if len(plain) > REASON_MAX:
        raise Refused(f"理由最多 {REASON_MAX} 字，现在是 {len(plain)} 字。", where={"field": "reason"})
    return plain


def _move(action: str, document: Document, actor: Actor, now: datetime, *, reason: str = "", apply: Any = None) -> Any:
    def change(row: Document, *rest: Any) -> None:
        if reason:
            row.reason = reason
        if apply is not None:
            apply(row, *rest)

    return perform(
        procedure=DOCUMENT,
        action=action,
        thing=Document.objects.select_related("organ"),
        pk=document.pk,
        policy=lambda code, row: actor,
        now=now,
        facts={"reason": reason},
        reason=reason,
        apply=change,
    )


def _note(
    document: Document,
    verb: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    after: Mapping[str, Any] | None = None,
) -> None:
    told = {"form": document.form, "serial": document.serial, "version": document.version}
    append_event(
        now=now,
        actor=actor,
        verb=verb,
        thing=document,
        organ_path=document.organ_path,
        reason=reason,
        after=told | {"content": document.context_digest} | dict(after or {}),
    )


def _enqueue_printing(pk: int) -> None:
    from hengjian.apps.documents.tasks import print_in_background  # the task imports what imports this

    print_in_background.enqueue(pk)
