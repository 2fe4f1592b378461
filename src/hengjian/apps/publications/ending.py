"""The end of a publication: withdrawn where the decision was undone, stopped where its period is over or early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.models import Case, Contravention, Decision, Obligation, Remedy
from hengjian.apps.clocks.models import UNFINISHED
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.clocks.services import stop_clock
from hengjian.apps.publications import periods
from hengjian.apps.publications.guarding import clean_reason, require_clean, require_standing
from hengjian.apps.publications.models import Publication
from hengjian.apps.publications.moving import move_publication, said_of
from hengjian.apps.publications.procedures import GROUNDS, PUBLIC
from hengjian.apps.record.services import SYSTEM, Actor
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

UNDO = "PEN-63"


@transaction.atomic
def withdraw(
    *, row: Publication, user: User, now: datetime, today: date, reason: str, seen: int | None = None
) -> Publication:
    """Take it off the public pages and say why there (three working days, PUB-11)."""
    said = said_of(reason, field="reason", label="理由")
    require_clean(said, field="reason", label="理由")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        held.ended_on = today
        held.public_reason = clean_reason(held, said)
        periods.stop(held, periods.UNDO, on=today, actor=actor, now=now)
        periods.stop(held, on=today, actor=actor, now=now, met=False)

    done = move_publication(
        "withdraw", row, user=user, now=now, today=today, facts={"reason": bool(said) or None}, apply=apply, seen=seen
    )
    end_undoing(done.case, today=today, now=now)
    return done


def end_undoing(case: Case, *, today: date, now: datetime, actor: Actor = SYSTEM) -> None:
    """The three days of Article 63 are kept once nothing of what was undone is public any more."""
    left = Publication.objects.filter(case=case, overturned_on__isnull=False, state__in=(*PUBLIC, "pushed")).exists()
    if left:
        return
    timing.stop(case, UNDO, on=today, actor=actor, now=now)
    for remedy in Remedy.objects.filter(case=case):
        for clock in clocks_of(remedy).filter(rule_id=UNDO, state__in=UNFINISHED):
            last = max(today, clock.started_on)
            stop_clock(thing=remedy, rule_id=UNDO, on=last, actor=actor, now=now)


@transaction.atomic
def drop(*, row: Publication, user: User, now: datetime, today: date, reason: str) -> Publication:
    """It never becomes public: only where the decision does not stand any more."""
    said = said_of(reason, field="reason", label="理由")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        if held.decision.annulled_on is None and held.overturned_on is None:
            raise Refused(
                "适用普通程序作出的处罚决定应当公示，决定没有被变更或者撤销的，不能不公示。",
                article=article_as_of("PUB-02", today).text,
            )
        held.ended_on = today
        periods.stop(held, on=today, actor=actor, now=now, met=False)

    return move_publication(
        "drop", row, user=user, now=now, today=today, facts={"reason": said}, reason=said, apply=apply
    )


@transaction.atomic
def stop(*, row: Publication, user: User, now: datetime, today: date, seen: int | None = None) -> Publication:
    """The period is over: it left the public pages by itself, here it is put on the record."""

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        if held.stop_on is None or held.stop_on >= today:
            until = f"公示期至{zh_date(held.stop_on)}" if held.stop_on else "限制从业为终身，公示没有末日"
            raise IllegalMove(f"{until}，现在不能停止公示。", article=article_as_of("PUB-13", today).text)
        held.ended_on = held.stop_on
        _end(held, today, actor, now)

    return move_publication("stop", row, user=user, now=now, today=today, apply=apply, seen=seen)


def _end(row: Publication, today: date, actor: Actor, now: datetime) -> None:
    periods.stop(row, on=today, actor=actor, now=now)


@transaction.atomic
def request_stop(
    *,
    row: Publication,
    user: User,
    now: datetime,
    today: date,
    on: date | None,
    grounds: Sequence[str],
    seen: int | None = None,
) -> Publication:
    """Enter the party's application for an early stop; the organ has seven working days (PUB-16, REP-16)."""
    unknown = [one for one in grounds if one not in GROUNDS]
    if unknown:
        raise Refused("请从列出的条件中选。", where={"field": "grounds"})

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        require_standing(held, today)
        _require_early(held, on, list(grounds), today)
        held.requested_on, held.grounds, held.requested_by = on, list(grounds), user
        periods.start(held, periods.REQUESTED, on=on or today, actor=actor, now=now, who=held.published_by)

    facts = {"on": on, "grounds": list(grounds)}
    return move_publication("request_stop", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


def _require_early(row: Publication, on: date | None, grounds: list[str], today: date) -> None:
    article = article_as_of("PUB-16", today).text
    if on is None or on > today:
        raise Refused("申请日期还没有到，请改正。", where={"field": "on"})
    if row.apply_from is None:
        raise Refused("这一档公示不能提前停止，期满由机关停止公示。", article=article)
    if on < row.apply_from:
        raise Refused(
            f"公示满规定的最短期限以后才能申请，最早是{zh_date(row.apply_from)}；申请日期是{zh_date(on)}。",
            where={"field": "on"},
            article=article,
        )
    missing = [GROUNDS[one] for one in GROUNDS if one not in grounds]
    if missing:
        raise Refused(
            f"还不符合提前停止公示的条件：{'；'.join(missing)}。", where={"field": "grounds"}, article=article
        )
    if Obligation.objects.filter(decision=row.decision).exclude(state="settled").exists():
        raise Refused("罚没款没有缴清，还不符合“履行义务”的条件。", where={"field": "grounds"}, article=article)
    again = second_penalty(row.decision)
    if again is not None:
        raise Refused(
            f"{zh_date(again.decided_on)}因同一类违法行为又受到处罚（{again.case.number}），不能提前停止公示。",
            where={"field": "grounds"},
            article=article,
        )


def second_penalty(decision: Decision) -> Decision | None:
    """A later penalty on the same institution for the same kind of violation, if there is one that stands."""
    party = decision.party
    if party.institution_id is None:
        return None
    kinds = list(Contravention.objects.filter(party=party, struck_at=None).values_list("violation_id", flat=True))
    rows = Decision.objects.filter(
        party__institution_id=party.institution_id,
        outcome="penalty",
        annulled_on__isnull=True,
        decided_on__gt=decision.decided_on,
        party__contraventions__violation_id__in=kinds,
        party__contraventions__struck_at__isnull=True,
    )
    return rows.select_related("case").order_by("decided_on", "pk").first()


@transaction.atomic
def decide_stop(
    *, row: Publication, user: User, now: datetime, today: date, grant: bool, reason: str = "", seen: int | None = None
) -> Publication:
    """Another person than who entered the application grants or refuses the early stop."""
    said = said_of(reason, field="reason", label="理由")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        if not grant:
            periods.stop(held, periods.REQUESTED, on=today, actor=actor, now=now)
            held.grounds = []
            return
        _require_early(held, held.requested_on, held.grounds, today)
        held.ended_on = today
        _end(held, today, actor, now)

    action = "grant_stop" if grant else "refuse_stop"
    facts = {"reason": said}
    return move_publication(
        action, row, user=user, now=now, today=today, facts=facts, reason=said, apply=apply, seen=seen
    )
