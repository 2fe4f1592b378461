"""Avoidance (回避) in one case: who asked, on what ground, and what the head decided."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.models import Case, Recusal
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.procedures import BEFORE_FILING, OPEN
from hengjian.apps.record.services import append_event
from hengjian.kernel.errors import IllegalMove, NotAllowed

ARTICLE = "《市场监督管理行政处罚程序规定》第四条（回避）"


@transaction.atomic
def ask_recusal(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    person: User | None,
    asked_by: str,
    asked_on: date | None,
    ground: str,
) -> Recusal:
    """Enter that a party, or the person concerned, asks that the person keep out of the case."""
    row, actor = act_on(
        case=case, user=user, code="case.handle", today=today, what="登记回避申请", states=(*BEFORE_FILING, *OPEN)
    )
    if person is None:
        raise refused("person", "请选定被申请回避的人。")
    if row.recusals.filter(user=person, answer="").exists():
        raise IllegalMove(f"对{person.name}的回避申请还没有决定，不能重复登记。", article=ARTICLE)
    recusal = Recusal.objects.create(
        case=row,
        user=person,
        asked_by=text_of(asked_by, field="asked_by", label="申请人", most=80),
        asked_on=day_of(asked_on, field="asked_on", label="申请日期", today=today),
        ground=text_of(ground, field="ground", label="理由", most=300),
    )
    label = f"申请{person.name}回避"
    write_step(case=row, action="ask_recusal", label=label, actor=actor, now=now, on=today, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.ask_recusal",
        thing=row,
        organ_path=row.organ_path,
        basis=ARTICLE,
        after={"recusal": recusal.pk, "user": person.pk},
    )
    return recusal


@transaction.atomic
def answer_recusal(*, recusal: Recusal, user: User, now: datetime, today: date, answer: str, reason: str) -> Recusal:
    """The head decides; granted, the person's part in the case ends today. Nobody decides about themselves."""
    row, actor = act_on(case=recusal.case, user=user, code="case.approve", today=today, what="决定回避")
    fresh = Recusal.objects.select_for_update(of=("self",)).select_related("user").get(pk=recusal.pk)
    if fresh.answer:
        raise IllegalMove("这项回避申请已经决定。", article=ARTICLE)
    if fresh.user_id == user.pk:
        raise NotAllowed("不能决定自己是否回避，请由其他负责人决定。", article=ARTICLE)
    one_of(answer, dict(Recusal.ANSWERS[1:]), field="answer", label="决定")
    fresh.answer, fresh.answered_by, fresh.answered_on = answer, user, today
    fresh.answer_reason = text_of(reason, field="reason", label="理由", most=300)
    fresh.save()
    if answer == "granted":
        row.officers.filter(user=fresh.user, to_on__isnull=True).update(to_on=today)
    label = f"{fresh.get_answer_display()}：{fresh.user.name}"
    write_step(case=row, action="answer_recusal", label=label, actor=actor, now=now, on=today, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.answer_recusal",
        thing=row,
        organ_path=row.organ_path,
        basis=ARTICLE,
        after={"recusal": fresh.pk, "answer": answer},
    )
    return fresh
