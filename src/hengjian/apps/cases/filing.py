"""From the proposal to the head's decision: file the case, or do not (程序规定 18–20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.entering import one_of, refused, text_of
from hengjian.apps.cases.investigators import appoint, check_officers
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.moving import move_case
from hengjian.apps.cases.origins import lead_of
from hengjian.apps.cases.wording import CONDITIONS, REFUSAL_GROUNDS
from hengjian.apps.leads.services import mark_answered, mark_filed
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import article_as_of


@transaction.atomic
def submit_filing(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    conditions: Sequence[str],
    officers: Sequence[User],
    opinion: str,
    seen: int | None = None,
) -> Case:
    """Propose to the head that the case be filed: four conditions, two officers at least."""
    said = text_of(opinion, field="opinion", label="立案理由")
    given = [code for code in CONDITIONS if code in conditions]
    article = article_as_of("PEN-19", today).text

    def apply(row: Case, move: Move, actor: Actor) -> None:
        lacking = [label for code, label in CONDITIONS.items() if code not in given]
        if lacking:
            raise refused("conditions", f"立案须四项条件全部符合，还缺：{'；'.join(lacking)}。", article)
        check_officers(officers, row, on=today)
        row.conditions, row.wants_refusal, row.refusal_code = given, False, ""
        row.proposed_by = user
        appoint(row, officers, on=today)

    facts = {"conditions": given, "officers": [person.pk for person in officers], "opinion": said}
    return move_case(
        case=case,
        action="submit_filing",
        user=user,
        now=now,
        today=today,
        facts=facts,
        reason=said,
        apply=apply,
        seen=seen,
    )


@transaction.atomic
def propose_refusal(
    *, case: Case, user: User, now: datetime, today: date, reason_code: str, reason: str, seen: int | None = None
) -> Case:
    """Propose to the head that no case be filed, with one of the four grounds."""
    said = text_of(reason, field="reason", label="理由")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        row.refusal_code = one_of(reason_code, REFUSAL_GROUNDS, field="reason_code", label="不予立案的情形")
        row.wants_refusal, row.proposed_by = True, user

    facts = {"reason_code": reason_code, "reason": said}
    return move_case(
        case=case,
        action="propose_refusal",
        user=user,
        now=now,
        today=today,
        facts=facts,
        reason=said,
        apply=apply,
        seen=seen,
    )


@transaction.atomic
def approve_filing(
    *, case: Case, user: User, now: datetime, today: date, opinion: str, seen: int | None = None
) -> Case:
    """The head files the case: the case limit starts, the clock of verification ends, the lead learns of it."""
    said = text_of(opinion, field="opinion", label="批准意见")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        row.filed_on, row.approved_by = today, user
        for one in row.officers.filter(to_on__isnull=True):
            one.from_on = min(one.from_on, today)
        timing.stop(row, timing.CHECK, on=today, actor=actor, now=now)
        timing.start(row, timing.LIMIT, on=today, actor=actor, now=now)
        lead = lead_of(row.origin_kind, row.origin_id)
        if lead is not None:
            url = reverse("cases:show", args=[row.number])
            mark_filed(lead=lead, case_number=row.number, url=url, actor=actor, now=now)

    return move_case(
        case=case,
        action="approve_filing",
        user=user,
        now=now,
        today=today,
        facts={"opinion": said},
        reason=said,
        apply=apply,
        seen=seen,
    )


@transaction.atomic
def send_back_filing(
    *, case: Case, user: User, now: datetime, today: date, reason: str, seen: int | None = None
) -> Case:
    """The head wants more before deciding."""
    said = text_of(reason, field="reason", label="理由")
    return move_case(
        case=case,
        action="send_back_filing",
        user=user,
        now=now,
        today=today,
        facts={"reason": said},
        reason=said,
        seen=seen,
    )


@transaction.atomic
def refuse_filing(
    *, case: Case, user: User, now: datetime, today: date, reason_code: str, reason: str, seen: int | None = None
) -> Case:
    """The head decides that no case is filed; the lead is answered with it."""
    said = text_of(reason, field="reason", label="理由")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        row.refusal_code = one_of(reason_code, REFUSAL_GROUNDS, field="reason_code", label="不予立案的情形")
        row.approved_by, row.closed_on = user, today
        timing.stop(row, timing.CHECK, on=today, actor=actor, now=now)
        lead = lead_of(row.origin_kind, row.origin_id)
        if lead is not None:
            mark_answered(
                lead=lead,
                kind="not_filed",
                text=f"经核查不予立案：{REFUSAL_GROUNDS[reason_code]}。{said}",
                ref_label=f"案件 {row.number}",
                ref_url=reverse("cases:show", args=[row.number]),
                actor=actor,
                now=now,
            )

    facts = {"reason_code": reason_code, "reason": said}
    return move_case(
        case=case,
        action="refuse_filing",
        user=user,
        now=now,
        today=today,
        facts=facts,
        reason=said,
        apply=apply,
        seen=seen,
    )
