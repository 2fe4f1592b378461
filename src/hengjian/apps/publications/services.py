"""Preparing a publication, having another person publish it here or push it to the home province."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.publications import composing, periods
from hengjian.apps.publications.composing import Told
from hengjian.apps.publications.guarding import require_clean, require_standing, told_or_refuse
from hengjian.apps.publications.models import Publication, PublicationVersion
from hengjian.apps.publications.moving import move_publication, newest, said_of
from hengjian.apps.publications.procedures import AWAY, HOME
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import Move


@transaction.atomic
def prepare(
    *,
    row: Publication,
    user: User,
    now: datetime,
    today: date,
    violation: str = "",
    more: Sequence[str] = (),
    key_product: bool = False,
    closure: bool = False,
    minor_person: bool = False,
    seen: int | None = None,
) -> Publication:
    """Make the text and summary anew; what a person had removed before stays removed."""
    words = said_of(violation, field="violation", label="违法行为类型")
    require_clean(words, field="violation", label="违法行为类型")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        require_standing(held, today)
        held.key_product, held.closure = key_product, closure
        held.minor_person = (minor_person or held.minor_person) and held.party.kind == "person"
        held.tier = periods.tier_for(held).id
        held.prepared_by = user
        write_version(held, newest(held), told_of(held, violation=words, more=more), user=user, now=now)

    facts = {"removed_besides": len(more), "key_product": key_product, "closure": closure}
    return move_publication("prepare", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


def told_of(row: Publication, *, violation: str = "", more: Sequence[str] = ()) -> Told:
    last = row.versions.order_by("-number").first()
    return composing.tell(
        row.decision,
        kind=row.kind,
        minor_person=row.minor_person,
        violation=violation or (last.summary.get("violation", "") if last else ""),
        more=more,
        upon=last.text if last else "",
    )


def write_version(
    row: Publication, version: PublicationVersion, told: Told, *, user: User | None, now: datetime
) -> None:
    version.summary, version.text = told.summary, told.text
    version.counts = composing.tell(row.decision, kind=row.kind, minor_person=row.minor_person).counts
    version.made_by, version.made_at = user, now
    version.save()
    if row.shown == 0:
        show_summary(row, told.summary)


def show_summary(row: Publication, summary: dict[str, str]) -> None:
    row.party_shown, row.doc_number = summary["party"][:120], summary["doc_number"][:60]
    row.violation, row.content, row.basis = summary["violation"], summary["content"], summary["basis"]


@transaction.atomic
def propose(*, row: Publication, user: User, now: datetime, today: date, seen: int | None = None) -> Publication:
    """Hand it to the person who publishes; the decision must have its number by then."""
    letter = composing.decision_letter(row.decision)

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        require_standing(held, today)
        held.prepared_by = user
        write_version(held, newest(held), told_of(held), user=user, now=now)

    facts = {"doc_number": letter.number if letter else ""}
    return move_publication("propose", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


@transaction.atomic
def send_back(
    *, row: Publication, user: User, now: datetime, today: date, reason: str, seen: int | None = None
) -> Publication:
    """Back to the handler with the reason."""
    said = said_of(reason, field="reason", label="理由")
    return move_publication(
        "send_back", row, user=user, now=now, today=today, facts={"reason": said}, reason=said, seen=seen
    )


@transaction.atomic
def publish(*, row: Publication, user: User, now: datetime, today: date, seen: int | None = None) -> Publication:
    """Make it public: the party was told when the decision was served, and another person prepared it."""

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        require_standing(held, today)
        if held.away:
            raise Refused("当事人登记地在外省，应推送登记地机关公示。", article=AWAY)
        begin_period(held, on=today, user=user, actor=actor, now=now)

    return move_publication(
        "publish",
        row,
        user=user,
        now=now,
        today=today,
        facts={"told": told_or_refuse(row, today)},
        apply=apply,
        seen=seen,
    )


def begin_period(row: Publication, *, on: date, user: User | None, actor: Actor, now: datetime) -> None:
    """The day from which it is public, its last day, and the clocks of both."""
    version = newest(row)
    told = told_of(row)  # names learnt since it was prepared are removed as well
    version.summary, version.text = told.summary, told.text
    version.approved_by, version.approved_at = user, now
    version.save()
    show_summary(row, told.summary)
    row.shown, row.published_on, row.published_at = version.number, on, now
    row.published_by = user or row.published_by
    row.tier = periods.tier_for(row).id
    found = periods.period_of(row, on)
    row.apply_from, row.stop_on = found.apply_from, found.stop_on
    periods.stop(row, on=on, actor=actor, now=now)
    for rule in found.clocks:
        periods.start(row, rule, on=on, actor=actor, now=now, who=row.prepared_by)


@transaction.atomic
def push(
    *, row: Publication, user: User, now: datetime, today: date, pushed_to: str, seen: int | None = None
) -> Publication:
    """Hand decision and summary to the authority of the home province, which publishes in ten working days."""
    target = said_of(pushed_to, field="pushed_to", label="登记地机关", most=80)

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        require_standing(held, today)
        if not held.away:
            raise Refused("当事人登记地在本省，由本机关公示，不必推送。", article=HOME)
        held.pushed_on, held.pushed_to, held.published_by = today, target, user
        version = newest(held)
        version.approved_by, version.approved_at = user, now
        version.save()
        periods.stop(held, periods.deciding_rule(held), on=today, actor=actor, now=now)
        rule = periods.AT_HOME[held.kind]
        periods.start(held, rule, on=today, actor=actor, now=now, who=held.prepared_by)

    facts = {"told": told_or_refuse(row, today), "pushed_to": target}
    return move_publication("push", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


@transaction.atomic
def note_home(*, row: Publication, user: User, now: datetime, today: date, on: date | None) -> Publication:
    """The home authority has published it on that day; from then on the periods run."""

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        require_standing(held, today)
        if on is None:
            raise Refused("请填登记地公示的日期。", where={"field": "on"})
        if on > today:
            raise Refused(f"日期 {on.isoformat()} 还没有到。", where={"field": "on"})
        if held.pushed_on is not None and on < held.pushed_on:
            raise Refused(f"日期 {on.isoformat()} 早于推送日期 {held.pushed_on.isoformat()}。", where={"field": "on"})
        begin_period(held, on=on, user=held.published_by, actor=actor, now=now)

    return move_publication("note_home", row, user=user, now=now, today=today, facts={"on": on}, apply=apply)
