"""Money comes in: payments with vouchers, reversals, deferral and instalments on request, relief of lateness."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.after_moving import acting, move_row
from hengjian.apps.cases.after_papers import issue_paper
from hengjian.apps.cases.after_procedures import CASH, DEFER, LATE, OBLIGATION, OWING, PAY, RELIEF
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.models import Case, Deferral, Obligation, Payment
from hengjian.apps.cases.moving import move_case
from hengjian.apps.cases.owing import standing_of
from hengjian.apps.cases.settling import check_executed
from hengjian.apps.clocks.models import UNFINISHED
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.clocks.services import stop_clock
from hengjian.apps.record.services import Actor, append_event
from hengjian.engines.payments import Due, check_plan
from hengjian.kernel.errors import IllegalMove, NotFound
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import fen

PURPOSES, WAYS = dict(Payment.PURPOSES), dict(Payment.WAYS)
CLOCKS = ("PEN-72", "PEN-76.court")


@transaction.atomic
def receive_payment(
    *,
    row: Obligation,
    user: User,
    now: datetime,
    today: date,
    purpose: str,
    way: str,
    amount_fen: int | None,
    on: date | None,
    voucher: str,
    reason: str = "",
) -> Obligation:
    """Enter one payment of one sum; what is more than owed of that sum is refused, so that nothing is booked twice.

    The last fen settles the obligation in the same step and ends its clocks.
    """
    fresh = _locked(row)
    one_of(purpose, PURPOSES, field="purpose", label="款项")
    one_of(way, WAYS, field="way", label="缴款途径")
    if way == "cash" and fresh.spot_id is None:
        raise refused("way", "普通程序的罚没款由当事人到指定银行或者通过电子支付系统缴纳，不当场收缴。", CASH)
    label = "送达日期"
    day = day_of(on, field="on", label="缴款日期", today=today, first=fresh.served_on, first_label=label)
    number = text_of(voucher, field="voucher", label="票据号码", most=60)
    amount = _amount(amount_fen)
    standing = standing_of(fresh, on=day if purpose != "late" else today)
    owed = {"fine": standing.left.fine, "confiscated": standing.left.confiscated, "late": standing.late_left_fen}
    if amount > owed[purpose]:
        raise refused(
            "amount",
            f"{PURPOSES[purpose]}尚未缴纳的是 {fen(owed[purpose])}，填的是 {fen(amount)}，请核对或者分款项登记。",
            PAY,
        )
    if Payment.objects.filter(obligation=fresh, voucher=number, purpose=purpose, reverses=None).exists():
        raise refused("voucher", f"票据 {number} 的{PURPOSES[purpose]}已经登记过，不能重复登记。")
    payment = Payment(
        obligation=fresh, purpose=purpose, way=way, amount_fen=amount, on=day, voucher=number, by=user, at=now
    )
    payment.reason = text_of(reason, field="reason", label="说明", most=200, required=False)

    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        payment.full_clean(exclude=["obligation"])
        payment.save()

    facts = {"on": day, "amount": amount, "voucher": number, "purpose": purpose, "way": way}
    moved: Obligation = move_row(
        OBLIGATION, "receive", fresh, user=user, now=now, today=today, facts=facts, apply=apply
    )
    return settle_if_paid(moved, user=user, now=now, today=today)


@transaction.atomic
def reverse_payment(*, payment: Payment, user: User, now: datetime, today: date, reason: str) -> Payment:
    """Correct an entry by a counter-entry; the first one stays readable. Not once the obligation is over."""
    row = _locked(payment.obligation)
    actor = acting(row, "case.handle", "冲正缴款", user=user, today=today)
    if row.state not in OWING:
        raise IllegalMove(f"罚没款“{row.get_state_display()}”，不能再冲正缴款。", article=PAY)
    if payment.reverses_id or Payment.objects.filter(reverses=payment).exists():
        raise IllegalMove("这笔缴款已经冲正。")
    made = Payment(
        obligation=row,
        purpose=payment.purpose,
        way=payment.way,
        amount_fen=-payment.amount_fen,
        on=payment.on,
        voucher=payment.voucher,
        reverses=payment,
        reason=text_of(reason, field="reason", label="冲正的理由", most=200),
        by=user,
        at=now,
    )
    made.full_clean()
    made.save()
    append_event(
        now=now,
        actor=actor,
        verb="obligation.reverse",
        thing=row,
        organ_path=row.organ_path,
        reason=made.reason,
        after={"payment": payment.pk, "amount_fen": made.amount_fen, "voucher": made.voucher},
    )
    return made


def settle_if_paid(row: Obligation, *, user: User, now: datetime, today: date) -> Obligation:
    """Settle an obligation of which nothing is owed any more, lateness included; else leave it."""
    fresh = _locked(row)
    if fresh.state not in OWING or standing_of(fresh, on=today).whole:
        return fresh
    last = max((one.on for one in fresh.payments.all()), default=today)

    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        one.ended_on = last

    done: Obligation = move_row(
        OBLIGATION, "settle", fresh, user=user, now=now, today=today, facts={"on": last}, apply=apply
    )
    actor = acting(done, "case.handle", "缴清", user=user, today=today)
    end_clocks(done, on=today, actor=actor, now=now, outcome="met")
    if done.case is not None:
        check_executed(done.case, actor=actor, now=now, today=today)
    return done


def end_clocks(row: Obligation, *, on: date, actor: Actor, now: datetime, outcome: str) -> None:
    """End what runs for the obligation."""
    for clock in clocks_of(row).filter(state__in=UNFINISHED):
        stop_clock(thing=row, rule_id=clock.rule_id, on=on, actor=actor, now=now, outcome=outcome)


@transaction.atomic
def request_deferral(
    *,
    row: Obligation,
    user: User,
    now: datetime,
    today: date,
    kind: str,
    requested_on: date | None,
    reason: str,
    plan: Sequence[Due],
) -> Deferral:
    """Enter the party's written request to pay the fine later or in parts; the head decides (Art. 74)."""
    fresh = _locked(row)
    one_of(kind, dict(Deferral.KINDS), field="kind", label="种类")
    day = day_of(
        requested_on,
        field="requested_on",
        label="书面申请日期",
        today=today,
        first=fresh.served_on,
        first_label="送达日期",
    )
    owed = standing_of(fresh, on=today).left.fine
    wrong = check_plan(plan, owed_fen=owed, after=max(fresh.due_on, today))
    if not wrong and kind == "defer" and len(plan) != 1:
        wrong = "延期缴纳只有一个日期；分几次缴纳的请选分期。"
    if wrong:
        raise refused("plan", wrong, DEFER)
    if fresh.deferrals.filter(granted__isnull=True).exists():
        raise IllegalMove("已有一份延期、分期申请在等审批。", article=DEFER)
    said = text_of(reason, field="reason", label="申请理由", most=500)
    parts = [{"on": one.on.isoformat(), "amount_fen": one.amount_fen} for one in plan]
    made = Deferral(obligation=fresh, kind=kind, requested_on=day, reason=said, plan=parts, entered_by=user)

    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        made.full_clean(exclude=["obligation"])
        made.save()

    facts = {"on": day, "reason": "given", "plan": parts, "kind": kind}
    move_row(OBLIGATION, "request_deferral", fresh, user=user, now=now, today=today, facts=facts, apply=apply)
    return made


@transaction.atomic
def decide_deferral(
    *, deferral: Deferral, granted: bool, opinion: str, user: User, now: datetime, today: date
) -> Deferral:
    """The head grants (form 47; new days hold from today) or refuses a request; not the one who entered it."""
    row = _locked(deferral.obligation)
    asked = Deferral.objects.select_for_update(of=("self",)).get(pk=deferral.pk)
    if asked.granted is not None:
        raise IllegalMove("这份申请已经审批。", article=DEFER)
    said = text_of(opinion, field="opinion", label="审批意见", most=500)
    asked.granted, asked.opinion, asked.decided_by, asked.decided_on = granted, said, user, today
    if granted and date.fromisoformat(asked.plan[0]["on"]) <= today:
        raise refused("opinion", "申请的第一个缴款日期已经过去，请退回当事人重新申请。", DEFER)

    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        asked.save()

    action = "grant_deferral" if granted else "refuse_deferral"
    moved: Obligation = move_row(
        OBLIGATION,
        action,
        row,
        user=user,
        now=now,
        today=today,
        facts={"opinion": said, "kind": asked.kind, "plan": asked.plan},
        reason=said,
        apply=apply,
        took_part=lambda one, move: {str(asked.entered_by_id)},
    )
    if granted:
        _after_grant(asked, moved, user=user, now=now, today=today)
    return asked


def _after_grant(asked: Deferral, row: Obligation, *, user: User, now: datetime, today: date) -> None:
    actor = acting(row, "case.approve", "批准延期、分期", user=user, today=today)
    end_clocks(row, on=today, actor=actor, now=now, outcome="stopped")
    case: Case | None = row.case
    if case is None:
        return
    asked.document = issue_paper("PEN-47", case, row.party, actor=actor, now=now, today=today, about=asked)
    asked.save(update_fields=["document"])
    case.refresh_from_db()
    if case.state == "enforcing":
        facts = {"plan": asked.plan, "reason": asked.opinion}
        move_case(case=case, action="grant_deferral", user=user, now=now, today=today, facts=facts)


@transaction.atomic
def waive_late(
    *, row: Obligation, user: User, now: datetime, today: date, amount_fen: int | None, reason: str
) -> Obligation:
    """The head lets the party off a part of what lateness added; never of the fine itself."""
    fresh = _locked(row)
    amount = _amount(amount_fen)
    standing = standing_of(fresh, on=today)
    if standing.left.principal:
        raise refused("amount", "罚款和没收款还没有缴清，不能减免加处罚款。", RELIEF)
    if amount > standing.late_left_fen:
        raise refused("amount", f"尚未缴纳的加处罚款是 {fen(standing.late_left_fen)}，不能减免更多。", LATE)
    said = text_of(reason, field="reason", label="减免的理由", most=500)

    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        one.late_waived_fen += amount
        one.reason = said

    facts = {"amount": amount, "reason": said}
    moved: Obligation = move_row(
        OBLIGATION, "waive_late", fresh, user=user, now=now, today=today, facts=facts, reason=said, apply=apply
    )
    if not standing_of(_locked(moved), on=today).whole:
        actor = acting(moved, "case.approve", "减免加处罚款", user=user, today=today)
        moved = _close_by_head(moved, "加处罚款减免后已无欠款", user=user, now=now, today=today)
        end_clocks(moved, on=today, actor=actor, now=now, outcome="met")
    return moved


@transaction.atomic
def end_obligation(*, row: Obligation, user: User, now: datetime, today: date, reason: str) -> Obligation:
    """The head ends an obligation that will not be carried out (a court ended the enforcement, the decision fell)."""
    said = text_of(reason, field="reason", label="理由", most=500)
    done = _close_by_head(_locked(row), said, user=user, now=now, today=today)
    actor = acting(done, "case.approve", "不再执行", user=user, today=today)
    end_clocks(done, on=today, actor=actor, now=now, outcome="stopped")
    return done


def fall_with_decision(*, row: Obligation, user: User, now: datetime, today: date, reason: str) -> Obligation:
    """A review body or court undid the decision: nobody collects under it any more, its clocks end."""

    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        one.ended_on, one.reason = today, reason

    done: Obligation = move_row(
        OBLIGATION, "fall", _locked(row), user=user, now=now, today=today, facts={"reason": reason}, apply=apply
    )
    actor = acting(done, "case.handle", "登记复议、诉讼结果", user=user, today=today)
    end_clocks(done, on=today, actor=actor, now=now, outcome="stopped")
    return done


def _close_by_head(row: Obligation, reason: str, *, user: User, now: datetime, today: date) -> Obligation:
    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        one.ended_on, one.reason = today, reason

    done: Obligation = move_row(
        OBLIGATION, "end", row, user=user, now=now, today=today, facts={"reason": reason}, reason=reason, apply=apply
    )
    if done.case is not None:
        actor = acting(done, "case.approve", "不再执行", user=user, today=today)
        check_executed(done.case, actor=actor, now=now, today=today)
    return done


def _amount(value: int | None) -> int:
    if value is None or value <= 0:
        raise refused("amount", "请填大于 0 的金额，精确到分。")
    return value


def _locked(row: Obligation) -> Obligation:
    rows = Obligation.objects.select_related("case__organ", "spot__organ", "party", "organ")
    found = rows.select_for_update(of=("self",)).prefetch_related("payments", "deferrals").filter(pk=row.pk).first()
    if found is None:
        raise NotFound("没有这笔罚没款，或者您无权查看。")
    return found
