"""What a service sets going: the party's periods, what it has to pay, a ban, the end of the demand's ten days."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.enforcing_demand import register_demand
from hengjian.apps.cases.models import Ban, Case, Decision, Notice, Obligation, Party, Service
from hengjian.apps.cases.moving import move_case
from hengjian.apps.cases.noticing import record_service
from hengjian.apps.cases.settling import check_executed
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.services import start_clock
from hengjian.apps.documents.models import Document
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import NotFound, Refused
from hengjian.ui.wording import zh_date

NOTICE, DECISIONS, DEMAND = "PEN-37", ("PEN-45", "PEN-46"), "PEN-48"
REVIEW_PERIOD, SUIT_PERIOD, PAY_PERIOD, SERVE_PERIOD = "ARL-20", "ALL-46", "PEN-72", "PEN-81"
ONLY_WARNING = {"warning"}


def require_subject(document: Document, party: Party, case: Case) -> None:
    """A notice or decision paper is that of the row now on record: drawn on its day or later, the latest of its form.

    Raises Refused where there is no such row, or the paper belongs to an earlier round.
    """
    if document.form == NOTICE:
        row = _notice(party)
        since = row.issued_on if row is not None and row.conclusion == case.conclusions else None
        what = "告知"
    elif document.form in DECISIONS:
        decision = _decision(party)
        since = decision.decided_on if decision is not None else None
        what = "处理决定"
    else:
        return
    if since is None:
        raise Refused(
            f"还没有对{party.name}作出{what}的记录，《{document.title}》不能送达。", where={"field": "document"}
        )
    newer = Document.objects.filter(
        thing_kind=document.thing_kind, thing_id=document.thing_id, form=document.form, party=document.party,
        state="issued", pk__gt=document.pk,
    )  # fmt: skip
    if (document.issued_on is not None and document.issued_on < since) or newer.exists():
        raise Refused(
            f"《{document.title}》（{document.number}）不是现在这次{what}的文书，不能送达，请送达最近制作的一份。",
            where={"field": "document"},
        )


def _notice(party: Party) -> Notice | None:
    return Notice.objects.filter(party=party).order_by("-round").first()


def must_tell_publication(service: Service) -> bool:
    """Whether the party must be told of publication: with every decision that imposes more than a warning."""
    if service.document.form != "PEN-45":
        return False
    decision = _decision(service.party)
    return decision is None or not set(decision.measures) <= ONLY_WARNING


def after_served(service: Service, *, user: User, actor: Actor, now: datetime, today: date) -> None:
    """What follows from the service of a notice, a decision or a demand letter; other papers set nothing going."""
    form = service.document.form
    if form == NOTICE:
        _notice_served(service, user=user, now=now, today=today)
    elif form in DECISIONS:
        _decision_served(service, user=user, actor=actor, now=now, today=today)
    elif form == DEMAND:
        register_demand(service, user=user, actor=actor, now=now, today=today)


def _notice_served(service: Service, *, user: User, now: datetime, today: date) -> None:
    notice = _notice(service.party)
    require_subject(service.document, service.party, service.case)
    if notice is None or service.served_on is None:
        return
    if notice.served_on is not None and notice.served_on != service.served_on:
        raise Refused(
            f"告知书已登记于{zh_date(notice.served_on)}送达{service.party.name}，"
            f"与填写的{zh_date(service.served_on)}不一致；五个工作日的期限已从登记之日起算，请先核对。",
            where={"field": "on"},
        )
    if notice.served_on is None:
        record_service(
            notice=notice,
            user=user,
            now=now,
            today=today,
            served_on=service.served_on,
            served_how=service.get_way_display(),
        )


def _decision_served(service: Service, *, user: User, actor: Actor, now: datetime, today: date) -> None:
    require_subject(service.document, service.party, service.case)
    decision, served_on = _decision(service.party), service.served_on
    if decision is None or served_on is None or decision.served_on is not None:
        return
    decision.served_on = served_on
    decision.save(update_fields=["served_on"])
    case = service.case
    append_event(
        now=now,
        actor=actor,
        verb="case.decision_served",
        thing=case,
        organ_path=case.organ_path,
        after={"decision": decision.pk, "served_on": served_on, "told_publication": service.told_publication},
    )
    for rule in (REVIEW_PERIOD, SUIT_PERIOD):
        _start(rule, service, served_on, "", actor=actor, now=now)
    if decision.fine_fen or decision.confiscated_fen:
        _owe(service, decision, served_on, actor=actor, now=now)
    if decision.ban_months or decision.ban_for_life:
        _ban(case, decision, served_on)
    if not _current(case).filter(served_on__isnull=True).exists():
        timing.stop(case, SERVE_PERIOD, on=served_on, actor=actor, now=now)
        _begin_execution(case, user=user, now=now, today=today)
        check_executed(case, actor=actor, now=now, today=today)


def _decision(party: Party) -> Decision | None:
    return Decision.objects.filter(party=party, annulled_on__isnull=True).order_by("-round").first()


def _current(case: Case) -> QuerySet[Decision]:
    return Decision.objects.filter(case=case, annulled_on__isnull=True)


def _owe(service: Service, decision: Decision, served_on: date, *, actor: Actor, now: datetime) -> Obligation:
    case = service.case
    row = Obligation(
        organ=case.organ,
        case=case,
        decision=decision,
        party=service.party,
        payer=service.party.name,
        fine_fen=decision.fine_fen,
        confiscated_fen=decision.confiscated_fen,
        served_on=served_on,
        due_on=served_on,
    )
    row.save()
    clock = _start(PAY_PERIOD, row, served_on, "缴纳罚没款", actor=actor, now=now, url=owed_url(row))
    row.due_on = clock.due_on or served_on
    row.full_clean()
    row.save(update_fields=["due_on"])
    append_event(
        now=now,
        actor=actor,
        verb="obligation.begin",
        thing=row,
        organ_path=row.organ_path,
        after={"fine_fen": row.fine_fen, "confiscated_fen": row.confiscated_fen, "due_on": row.due_on},
    )
    return row


def owed_url(row: Obligation) -> str:
    """The page of an obligation."""
    return reverse("cases:owed", args=[row.pk])


def _ban(case: Case, decision: Decision, from_on: date) -> Ban:
    last = None
    if not decision.ban_for_life and decision.ban_months:
        last = months_after(from_on, decision.ban_months)
    return Ban.objects.create(
        case=case,
        decision=decision,
        party=decision.party,
        basis=decision.basis[:300],
        scope="不得从事检验检测活动",
        from_on=from_on,
        to_on=last,
    )


def months_after(day: date, months: int) -> date:
    """The same day so many months later, the last of the month where there is none; the ban's last day."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise NotFound("没有这一天。")


def _begin_execution(case: Case, *, user: User, now: datetime, today: date) -> None:
    case.refresh_from_db()
    if case.state == "decided":
        last = max(one.served_on for one in _current(case) if one.served_on is not None)
        move_case(case=case, action="begin_execution", user=user, now=now, today=today, facts={"served_on": last})


def _start(
    rule: str, thing: Service | Obligation, on: date, what: str, *, actor: Actor, now: datetime, url: str = ""
) -> Clock:
    case = thing.case
    number = case.number if case is not None else str(thing)
    return start_clock(
        rule_id=rule,
        thing=thing,
        organ=thing.organ,
        start=on,
        label=f"{number} {what}".strip(),
        actor=actor,
        now=now,
        url=url or (reverse("cases:show", args=[number]) if case is not None else ""),
    )
