"""Payments, lateness, deferral, demand and the court: what is owed on a day, and what may be done about it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hengjian.apps.cases.after_kinds import parse_plan
from hengjian.apps.cases.enforcing import apply_to_court, record_court_answer
from hengjian.apps.cases.enforcing_demand import draw_demand
from hengjian.apps.cases.models import Deferral, Demand, Obligation, Payment
from hengjian.apps.cases.owing import standing_of
from hengjian.apps.cases.paying import (
    decide_deferral,
    end_obligation,
    receive_payment,
    request_deferral,
    reverse_payment,
    waive_late,
)
from hengjian.apps.cases.remedies import RemedyEntry, conclude_remedy, register_remedy
from hengjian.apps.cases.serving import serve_document
from hengjian.apps.cases.windows import start_windows, window_of
from hengjian.apps.clocks.models import Clock
from hengjian.apps.record.models import Event
from hengjian.engines.payments import Due
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed
from tests.apps.cases.after_world import World, at, handed, make_world, serve_both

pytestmark = pytest.mark.django_db
SERVED, DUE = date(2026, 3, 5), date(2026, 3, 20)


@pytest.fixture
def world() -> World:
    made = make_world()
    serve_both(made, SERVED)
    return made


@pytest.fixture
def owed(world: World) -> Obligation:
    return Obligation.objects.get()


def pay(world: World, owed: Obligation, amount: int | None, on: date, **more: Any) -> Obligation:
    values: dict[str, Any] = {"purpose": "fine", "way": "bank", "voucher": f"PJ-{on}-{amount}", "today": on}
    values |= more
    return receive_payment(
        row=owed, user=world.first, now=at(values.pop("entered", on)), amount_fen=amount, on=on, **values
    )


def refused(world: World, owed: Obligation, amount: int | None, on: date, **more: Any) -> str:
    before = Payment.objects.count()
    with pytest.raises(DomainError) as caught:
        pay(world, owed, amount, on, **more)
    assert Payment.objects.count() == before
    return caught.value.sentence


def test_paid_in_parts_and_in_time_the_last_fen_settles_it(world: World, owed: Obligation) -> None:
    pay(world, owed, 6_000_000, date(2026, 3, 10))
    pay(world, owed, 4_160_000, date(2026, 3, 12), purpose="confiscated")
    done = pay(world, owed, 4_000_000, DUE)
    assert (done.state, done.ended_on) == ("settled", DUE)
    assert not Clock.objects.filter(thing_id=str(owed.pk), rule_id="PEN-72", state="running").exists()
    assert Clock.objects.filter(thing_kind="cases.case", rule_id="PEN-77", state="running").exists()


def test_late_payment_costs_three_percent_a_day_of_what_is_unpaid(world: World, owed: Obligation) -> None:
    pay(world, owed, 4_000_000, date(2026, 3, 22))
    standing = standing_of(owed, on=date(2026, 3, 24))
    # two days of 100,000 yuan, two of 60,000
    assert standing.late_fen == 2 * 300_000 + 2 * 180_000
    assert standing.steps[0] == (
        "依据《市场监督管理行政处罚程序规定》第七十五条，自2026年3月20日的次日起计算；"
        "按尚未缴纳的罚款计，没收的违法所得不计。"
    )


def test_with_lateness_owed_it_is_not_settled_until_that_is_paid_or_waived(world: World, owed: Obligation) -> None:
    day = date(2026, 3, 23)
    pay(world, owed, 4_160_000, day, purpose="confiscated")
    still = pay(world, owed, 10_000_000, day)
    assert still.state == "due"
    assert standing_of(still, on=date(2026, 6, 1)).late_left_fen == 900_000, "it stops growing once the fine is paid"
    pay(world, owed, 400_000, day, purpose="late")
    with pytest.raises(NotAllowed):
        waive_late(row=owed, user=world.first, now=at(day), today=day, amount_fen=500_000, reason="已改正")
    done = waive_late(row=owed, user=world.head, now=at(day), today=day, amount_fen=500_000, reason="已采取补救措施")
    assert done.state == "ended"


def test_what_cannot_be_booked_is_told(world: World, owed: Obligation) -> None:
    day = date(2026, 3, 10)
    assert refused(world, owed, 10_000_001, day) == (
        "罚款尚未缴纳的是 100,000 元，填的是 100,000.01 元，请核对或者分款项登记。"
    )
    assert refused(world, owed, 0, day) == "请填大于 0 的金额，精确到分。"
    assert refused(world, owed, None, day) == "请填大于 0 的金额，精确到分。"
    assert refused(world, owed, 100, day, way="cash") == (
        "普通程序的罚没款由当事人到指定银行或者通过电子支付系统缴纳，不当场收缴。"
    )
    assert refused(world, owed, 100, date(2026, 3, 4), today=day) == "缴款日期2026年3月4日早于送达日期2026年3月5日。"
    pay(world, owed, 100, day, voucher="PJ1")
    assert refused(world, owed, 200, day, voucher="PJ1") == "票据 PJ1 的罚款已经登记过，不能重复登记。"


def test_a_wrong_entry_is_reversed_not_erased(world: World, owed: Obligation) -> None:
    day = date(2026, 3, 10)
    pay(world, owed, 500, day)
    first = Payment.objects.get()
    by: dict[str, Any] = {"user": world.first, "now": at(day), "today": day}
    reverse_payment(payment=first, reason="户名错误", **by)
    assert standing_of(Obligation.objects.get(), on=day).left.fine == 10_000_000
    with pytest.raises(IllegalMove) as caught:
        reverse_payment(payment=first, reason="再来", **by)
    assert caught.value.sentence == "这笔缴款已经冲正。"
    assert Payment.objects.count() == 2


def plan() -> list[Due]:
    return [Due(date(2026, 4, 30), 4_000_000), Due(date(2026, 5, 29), 6_000_000)]


def ask(world: World, owed: Obligation, parts: list[Due], on: date = date(2026, 3, 18)) -> Deferral:
    return request_deferral(
        row=owed, user=world.first, now=at(on), today=on, kind="instalments", requested_on=on,
        reason="经济困难", plan=parts,
    )  # fmt: skip


def test_instalments_on_request_granted_by_the_head_give_new_days(world: World, owed: Obligation) -> None:
    on = date(2026, 3, 18)
    asked = ask(world, owed, plan())
    with pytest.raises(NotAllowed):
        decide_deferral(deferral=asked, granted=True, opinion="同意", user=world.first, now=at(on), today=on)
    done = decide_deferral(deferral=asked, granted=True, opinion="同意分期", user=world.head, now=at(on), today=on)
    assert done.document.form == "PEN-47"
    fresh = Obligation.objects.get()
    assert fresh.state == "deferred"
    assert standing_of(fresh, on=date(2026, 4, 30)).late_fen == 0
    late = standing_of(fresh, on=date(2026, 5, 1))
    assert (late.late_fen, late.next_due) == (120_000, date(2026, 4, 30))


def test_what_ran_up_before_a_late_request_stays(world: World, owed: Obligation) -> None:
    asked = ask(world, owed, plan(), on=date(2026, 3, 25))
    day = date(2026, 3, 26)
    decide_deferral(deferral=asked, granted=True, opinion="同意", user=world.head, now=at(day), today=day)
    fresh = Obligation.objects.get()
    # 21 to 25 March, five days
    assert standing_of(fresh, on=date(2026, 4, 10)).late_fen == 5 * 300_000


def test_a_plan_that_does_not_stand_is_refused(world: World, owed: Obligation) -> None:
    with pytest.raises(DomainError) as caught:
        ask(world, owed, [Due(date(2026, 4, 30), 1_000_000)])
    assert caught.value.sentence == "各期合计 10,000.00 元，与尚未缴纳的罚款 100,000.00 元不符。"
    with pytest.raises(DomainError) as caught:
        parse_plan("2026-04-30 50000\n四月底 五万")
    assert caught.value.sentence == "第 2 行看不懂：请写日期和金额（元，最多两位小数），如 2026-12-31 50000。"
    assert parse_plan("2026-04-30 50000.01") == [Due(date(2026, 4, 30), 5_000_001)]


def test_nothing_is_demanded_before_it_is_overdue(world: World, owed: Obligation) -> None:
    with pytest.raises(IllegalMove) as caught:
        draw_demand(row=owed, user=world.first, now=at(DUE), today=DUE)
    assert caught.value.sentence == "缴款期限至2026年3月20日，还没有逾期，不能催告。"


def demanded(world: World, owed: Obligation, on: date = date(2026, 4, 1)) -> Demand:
    letter = draw_demand(row=owed, user=world.first, now=at(on), today=on)
    assert letter.form == "PEN-48"
    serve_document(
        case=world.case, document=letter, party=world.institution, way="hand_over", entry=handed(on),
        user=world.first, now=at(on), today=on,
    )  # fmt: skip
    return Demand.objects.get()


def test_the_demand_counts_from_its_service_and_the_court_comes_after_the_periods(
    world: World, owed: Obligation
) -> None:
    demand = demanded(world, owed)
    assert demand.over_on == date(2026, 4, 16), "ten working days, Qingming left out"
    fresh = Obligation.objects.get()
    assert fresh.state == "demanded"
    window = window_of(fresh)
    assert (window.counted_from, window.first) == (date(2026, 9, 5), date(2026, 9, 6))
    with pytest.raises(IllegalMove) as caught:
        apply_to_court(
            row=fresh, court="青石县人民法院", user=world.head, now=at(date(2026, 5, 6)), today=date(2026, 5, 6)
        )
    assert caught.value.sentence == (
        "2026年9月6日起才可以申请法院强制执行。处罚决定书2026年3月5日送达，六个月的起诉期限至2026年9月5日。"
    )


def test_the_three_months_run_from_the_end_of_the_periods(world: World, owed: Obligation) -> None:
    demanded(world, owed)
    start_windows(now=at(date(2026, 9, 4)))
    assert not Clock.objects.filter(rule_id="PEN-76.court").exists()
    for _ in range(2):
        start_windows(now=at(date(2026, 9, 7)))
    assert Clock.objects.get(rule_id="PEN-76.court").started_on == date(2026, 9, 5)


def test_the_court_is_asked_inside_the_window_and_not_after(world: World, owed: Obligation) -> None:
    demanded(world, owed)
    fresh = Obligation.objects.get()
    last = window_of(fresh).last
    late = date(2027, 1, 4)
    with pytest.raises(IllegalMove) as caught:
        apply_to_court(row=fresh, court="青石县人民法院", user=world.head, now=at(late), today=late)
    assert caught.value.sentence == f"申请期限已于{last.year}年{last.month}月{last.day}日届满，不能再申请法院强制执行。"
    day = date(2026, 9, 10)
    made = apply_to_court(row=fresh, court="青石县人民法院", user=world.head, now=at(day), today=day)
    assert (made.document.form, made.late_fen) == ("PEN-49", 10_000_000), "capped at the fine"
    how: dict[str, Any] = {"application": made, "user": world.first, "now": at(day), "today": day, "on": day}
    with pytest.raises(IllegalMove) as caught:
        record_court_answer(action="execute", instrument="执1号", **how)
    assert caught.value.sentence == "法院强制执行现处于“已申请”状态，不能“执行完毕”；现在可以：法院受理、法院不予受理。"
    for action in ("accept", "allow", "terminate"):
        made = record_court_answer(action=action, instrument="执1号", **how)
    assert made.state == "terminated"
    done = end_obligation(row=Obligation.objects.get(), user=world.head, now=at(day), today=day, reason="法院终结执行")
    assert done.state == "ended"


def test_without_a_demand_no_court(world: World, owed: Obligation) -> None:
    with pytest.raises(IllegalMove) as caught:
        apply_to_court(row=owed, court="法院", user=world.head, now=at(DUE), today=DUE)
    assert caught.value.sentence == "还没有送达催告书，不能申请法院强制执行。"


def remedy(kind: str = "review") -> RemedyEntry:
    day = date(2026, 3, 30)
    return RemedyEntry(kind=kind, body="云岭市人民政府", number="复议〔2026〕1号", applied_on=day, accepted_on=day)


def test_during_a_review_nothing_is_added_and_no_court_is_asked(world: World, owed: Obligation) -> None:
    day = date(2026, 3, 31)
    by: dict[str, Any] = {"user": world.first, "now": at(day), "today": day}
    made = register_remedy(decision=world.decision, entry=remedy(), **by)
    fresh = Obligation.objects.get()
    before = standing_of(fresh, on=date(2026, 3, 29)).late_fen
    assert standing_of(fresh, on=date(2026, 5, 29)).late_fen == before == 9 * 300_000
    demanded(world, fresh)
    with pytest.raises(IllegalMove) as caught:
        window_of(fresh)
    assert caught.value.sentence == "行政复议（复议〔2026〕1号）还没有结果，不能申请法院强制执行。"
    with pytest.raises(DomainError) as caught:
        register_remedy(decision=world.decision, entry=remedy(), **by)
    assert caught.value.sentence == "已登记的行政复议还没有结果，不能再登记一件。"
    end = date(2026, 6, 1)
    conclude_remedy(
        remedy=made, outcome="maintained", on=end, instrument="复决1号", user=world.first, now=at(end), today=end
    )
    assert standing_of(Obligation.objects.get(), on=end).late_fen == before + 300_000
    assert window_of(Obligation.objects.get()).counted_from == date(2026, 6, 16)


def test_an_overturned_decision_starts_three_working_days_for_what_is_public(world: World) -> None:
    day = date(2026, 3, 31)
    made = register_remedy(decision=world.decision, entry=remedy(), user=world.first, now=at(day), today=day)
    end = date(2026, 6, 1)
    conclude_remedy(
        remedy=made, outcome="annulled", on=end, instrument="复决2号", user=world.first, now=at(end), today=end
    )
    event = Event.objects.get(verb="case.decision_overturned")
    assert (event.after["decision"], event.after["outcome"]) == (world.decision.pk, "annulled")
    assert Clock.objects.get(rule_id="PEN-63").due_on == date(2026, 6, 4)


@pytest.mark.parametrize(("outcome", "state"), [("annulled", "ended"), ("unlawful", "ended"), ("changed", "due")])
def test_what_a_review_undoes_is_not_collected(world: World, owed: Obligation, outcome: str, state: str) -> None:
    day, end = date(2026, 3, 31), date(2026, 6, 1)
    made = register_remedy(decision=world.decision, entry=remedy(), user=world.first, now=at(day), today=day)
    conclude_remedy(
        remedy=made, outcome=outcome, on=end, instrument="复决2号", user=world.first, now=at(end), today=end
    )
    fresh = Obligation.objects.get()
    world.decision.refresh_from_db()
    assert fresh.state == state
    assert (world.decision.annulled_on is None) == (outcome == "changed")
    running = Clock.objects.filter(thing_kind=fresh._meta.label_lower, thing_id=str(fresh.pk), state="running")
    assert running.exists() == (outcome == "changed")
    if state == "ended":
        with pytest.raises(DomainError):
            draw_demand(row=fresh, user=world.first, now=at(end), today=end)
