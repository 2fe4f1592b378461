"""Carrying the decision out beside payments: the court, goods, refunds, bans on persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.after_moving import acting, move_row
from hengjian.apps.cases.after_papers import issue_paper
from hengjian.apps.cases.after_procedures import (
    COURT,
    COURT_RULE,
    OBLIGATION,
    REFUND,
    TWO_OFFICERS,
)
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.models import (
    Ban,
    Case,
    CourtApplication,
    ItemDisposal,
    Obligation,
    Party,
    RefundOrder,
)
from hengjian.apps.cases.moving import move_case, write_step
from hengjian.apps.cases.owing import standing_of
from hengjian.apps.cases.paying import end_clocks
from hengjian.apps.cases.settling import check_executed
from hengjian.apps.cases.windows import window_of
from hengjian.apps.clocks.models import UNFINISHED
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.clocks.services import start_fixed_clock, stop_clock
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date


@transaction.atomic
def apply_to_court(*, row: Obligation, court: str, user: User, now: datetime, today: date) -> CourtApplication:
    """The head asks a court to enforce, inside the window of Article 76 alone; the sums are those of the day."""
    fresh = Obligation.objects.select_for_update(of=("self",)).select_related("case__organ", "party").get(pk=row.pk)
    name = text_of(court, field="court", label="人民法院", most=120)
    window = window_of(fresh)
    if today < window.first:
        raise IllegalMove(f"{zh_date(window.first)}起才可以申请法院强制执行。{window.steps[0]}", article=COURT_RULE)
    if today > window.last:
        raise IllegalMove(f"申请期限已于{zh_date(window.last)}届满，不能再申请法院强制执行。", article=COURT_RULE)
    standing = standing_of(fresh, on=today)
    made = CourtApplication(
        obligation=fresh,
        court=name,
        applied_on=today,
        window_from=window.first,
        window_to=window.last,
        fine_fen=standing.left.principal,
        late_fen=standing.late_left_fen,
        by=user,
    )

    def apply(one: Obligation, move: Move, actor: Actor) -> None:
        made.full_clean(exclude=["obligation"])
        made.save()

    facts = {"court": name, "on": today, "principal_fen": made.fine_fen, "late_fen": made.late_fen}
    moved = move_row(OBLIGATION, "apply_court", fresh, user=user, now=now, today=today, facts=facts, apply=apply)
    actor = acting(moved, "case.approve", "申请法院强制执行", user=user, today=today)
    end_clocks(moved, on=today, actor=actor, now=now, outcome="met")
    case = fresh.case
    if case is not None:
        made.document = issue_paper("PEN-49", case, fresh.party, actor=actor, now=now, today=today, about=made)
        made.save(update_fields=["document"])
        case.refresh_from_db()
        if case.state == "enforcing":
            move_case(case=case, action="apply_court", user=user, now=now, today=today, facts={"court": name})
    return made


@transaction.atomic
def record_court_answer(
    *,
    application: CourtApplication,
    action: str,
    on: date | None,
    instrument: str,
    user: User,
    now: datetime,
    today: date,
    note: str = "",
) -> CourtApplication:
    """Enter what the court answered; an enforcement it ended may end the obligation by the head (`end_obligation`)."""
    row = CourtApplication.objects.select_related("obligation__case__organ", "obligation__organ").get(pk=application.pk)
    first = row.answered_on or row.applied_on
    day = day_of(on, field="on", label="日期", today=today, first=first, first_label="上一步的日期")
    number = text_of(instrument, field="instrument", label="裁定书（通知书）文号", most=120)
    said = text_of(note, field="note", label="说明", most=500, required=False)

    def apply(one: CourtApplication, move: Move, actor: Actor) -> None:
        one.answered_on, one.instrument = day, number
        one.note = said or one.note

    facts = {"on": day, "instrument": number}
    done: CourtApplication = move_row(
        COURT, action, row, user=user, now=now, today=today, facts=facts, reason=said, apply=apply
    )
    return done


GIVEN_BACK = ("returned", "kept", "handed_over")
"""Ways that need no decision to confiscate: to the owner, into the file, to the organ that has the case."""
DISPOSE = "《中华人民共和国行政处罚法》第七十四条（依法没收的物品按照国家规定处理）"


@dataclass(frozen=True, slots=True)
class DisposalEntry:
    """What is typed about goods that were dealt with."""

    item: str
    quantity: str
    source: str
    method: str
    on: date | None
    second: User | None
    spec: str = ""
    place: str = ""
    witness: str = ""
    proceeds_fen: int | None = None
    note: str = ""


@transaction.atomic
def dispose_item(*, case: Case, entry: DisposalEntry, user: User, now: datetime, today: date) -> ItemDisposal:
    """Enter what was done with goods of the case (form 52), by two officers; destruction needs a witness."""
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="处理涉案物品", investigator=True)
    one_of(entry.method, dict(ItemDisposal.METHODS), field="method", label="处理方式")
    _require_confiscated(row, entry.method)
    if entry.second is None or entry.second.pk == user.pk:
        raise refused("second", "涉案物品由两名以上执法人员处理，请选另一名。", TWO_OFFICERS)
    if entry.method == "destroyed" and not entry.witness.strip():
        raise refused("witness", "销毁涉案物品须有见证人。")
    made = ItemDisposal(
        case=row,
        item=text_of(entry.item, field="item", label="物品", most=120),
        spec=text_of(entry.spec, field="spec", label="规格", most=120, required=False),
        quantity=text_of(entry.quantity, field="quantity", label="数量", most=40),
        source=text_of(entry.source, field="source", label="来源", most=120),
        method=entry.method,
        on=day_of(entry.on, field="on", label="处理日期", today=today),
        place=text_of(entry.place, field="place", label="地点", most=200, required=False),
        handler=user,
        second=entry.second,
        witness=text_of(entry.witness, field="witness", label="见证人", most=80, required=False),
        proceeds_fen=entry.proceeds_fen,
        note=text_of(entry.note, field="note", label="说明", most=300, required=False),
    )
    made.full_clean()
    made.save()
    made.document = issue_paper("PEN-52", row, None, actor=actor, now=now, today=today, about=made)
    made.save(update_fields=["document"])
    _noted(made, row, "disposal.enter", f"处理涉案物品：{made.item}，{made.get_method_display()}", actor, user, now)
    return made


def _require_confiscated(case: Case, method: str) -> None:
    """Goods are returned at any time; everything else needs a served decision in force that confiscates."""
    if method in GIVEN_BACK:
        return
    served = case.decisions.filter(outcome="penalty", served_on__isnull=False)
    if case.state == "annulled" or not any("confiscate" in one.measures for one in served):
        raise IllegalMove("没有已经送达的没收决定，不能拍卖、销毁或者作其他处理，只能退还。", article=DISPOSE)


@transaction.atomic
def order_refund(
    *,
    case: Case,
    party: Party,
    amount_fen: int | None,
    payees: str,
    due_on: date | None,
    user: User,
    now: datetime,
    today: date,
) -> RefundOrder:
    """Order the party to refund what was overcharged, by a day (form 34)."""
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="责令退款", investigator=True)
    if amount_fen is None or amount_fen <= 0:
        raise refused("amount", "请填大于 0 的退款金额，精确到分。")
    if due_on is None or due_on <= today:
        raise refused("due_on", f"退款期限须在今天（{zh_date(today)}）之后。", REFUND)
    made = RefundOrder(
        case=row,
        party=party,
        amount_fen=amount_fen,
        payees=text_of(payees, field="payees", label="退款对象", most=200),
        ordered_on=today,
        due_on=due_on,
        by=user,
    )
    made.full_clean()
    made.save()
    made.document = issue_paper("PEN-34", row, party, actor=actor, now=now, today=today, about=made)
    made.save(update_fields=["document"])
    start_fixed_clock(
        due=due_on,
        basis="责令退款通知书",
        title="责令退款",
        thing=made,
        organ=row.organ,
        start=today,
        label=f"{row.number} 责令退款",
        actor=actor,
        now=now,
        url=reverse("cases:show", args=[row.number]),
        responsible=user,
    )
    _noted(made, row, "refund.order", "责令退款", actor, user, now)
    return made


@transaction.atomic
def record_refund(
    *, refund: RefundOrder, refunded_fen: int | None, on: date | None, note: str, user: User, now: datetime, today: date
) -> RefundOrder:
    """Enter what was really refunded; less than ordered needs a note on the rest."""
    row, actor = act_on(
        case=refund.case, user=user, code="case.handle", today=today, what="登记退款", investigator=True
    )
    fresh = RefundOrder.objects.select_for_update(of=("self",)).get(pk=refund.pk)
    if fresh.done_on is not None:
        raise IllegalMove("这份责令退款已经登记完成。")
    if refunded_fen is None or refunded_fen < 0 or refunded_fen > fresh.amount_fen:
        raise refused("refunded", "已退金额须在 0 元到责令退款的金额之间。")
    said = text_of(note, field="note", label="没有全部退还的说明", most=300, required=refunded_fen < fresh.amount_fen)
    fresh.done_on = day_of(
        on, field="on", label="完成日期", today=today, first=fresh.ordered_on, first_label="责令日期"
    )
    fresh.refunded_fen, fresh.note = refunded_fen, said
    fresh.full_clean()
    fresh.save()
    if clocks_of(fresh).filter(state__in=UNFINISHED).exists():
        stop_clock(thing=fresh, rule_id="LIMIT", on=fresh.done_on, actor=actor, now=now)
    _noted(fresh, row, "refund.done", "登记退款完成", actor, user, now)
    check_executed(row, actor=actor, now=now, today=today)
    return fresh


@transaction.atomic
def lift_ban(*, ban: Ban, on: date | None, reason: str, user: User, now: datetime, today: date) -> Ban:
    """The head lifts a ban before its end, with the reason (the decision fell, a court said so)."""
    row, actor = act_on(case=ban.case, user=user, code="case.approve", today=today, what="解除限制从业")
    fresh = Ban.objects.select_for_update(of=("self",)).get(pk=ban.pk)
    if fresh.lifted_on is not None:
        raise Refused("这项限制从业已经解除。")
    fresh.lifted_on = day_of(
        on, field="on", label="解除日期", today=today, first=fresh.from_on, first_label="限制从业起日"
    )
    fresh.lifted_reason = text_of(reason, field="reason", label="解除理由", most=300)
    fresh.full_clean()
    fresh.save()
    _noted(fresh, row, "ban.lift", "解除限制从业", actor, user, now)
    return fresh


def ban_falls(*, ban: Ban, on: date, reason: str, user: User, actor: Actor, now: datetime) -> None:
    """The decision behind the ban was undone: it ends that day."""
    ban.lifted_on, ban.lifted_reason = max(on, ban.from_on), reason
    ban.full_clean()
    ban.save()
    _noted(ban, ban.case, "ban.lift", "解除限制从业", actor, user, now)


def _noted(
    thing: RefundOrder | ItemDisposal | Ban, case: Case, verb: str, label: str, actor: Actor, user: User, now: datetime
) -> None:
    append_event(now=now, actor=actor, verb=verb, thing=thing, organ_path=case.organ_path, after={"case": case.number})
    on = timezone.localdate(now)
    write_step(case=case, action=verb, label=label, actor=actor, now=now, on=on, user=user)
