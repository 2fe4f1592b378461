"""Late payment: 3 % a day of what is overdue, in whole fen, never above the fine."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from hengjian.engines.payments import Due, Halt, Paid, check_plan, due_by, even_parts, late_fine, paid_by

DAY0 = date(2026, 6, 1)
RATE = Decimal("3")
days = st.integers(0, 120).map(lambda n: DAY0 + timedelta(days=n))
fines = st.integers(1, 50_000_000)


def at(n: int) -> date:
    return DAY0 + timedelta(days=n)


def of(fine: int, *, paid: list[Paid] | None = None, halts: list[Halt] | None = None, until: date) -> int:
    return late_fine(
        fine_fen=fine, dues=[Due(DAY0, fine)], paid=paid or [], halts=halts or [], daily_percent=RATE, until=until
    ).amount_fen


def test_nothing_is_added_on_the_last_day_and_three_percent_on_the_day_after() -> None:
    assert of(10_000_000, until=DAY0) == 0
    assert of(10_000_000, until=at(1)) == 300_000


def test_the_steps_name_days_base_rate_and_sum() -> None:
    found = late_fine(
        fine_fen=10_000_000,
        dues=[Due(DAY0, 10_000_000)],
        paid=[Paid(at(5), 4_000_000)],
        halts=[Halt(at(8), at(9), "行政复议期间（行政处罚法第七十三条）")],
        daily_percent=RATE,
        until=at(10),
    )
    assert found.steps == (
        "2026-06-02 至 2026-06-06，5 日：逾期未缴 100,000.00 元 × 3% × 5 日 ＝ 15,000.00 元。",
        "2026-06-07 至 2026-06-08，2 日：逾期未缴 60,000.00 元 × 3% × 2 日 ＝ 3,600.00 元。",
        "2026-06-09 至 2026-06-10，2 日：行政复议期间（行政处罚法第七十三条），不计算加处罚款。",
        "2026-06-11 至 2026-06-11，1 日：逾期未缴 60,000.00 元 × 3% × 1 日 ＝ 1,800.00 元。",
        "合计 20,400.00 元（不足一分的舍去），未超出罚款本数 100,000.00 元。",
    )
    assert (found.amount_fen, found.days, found.capped) == (2_040_000, 8, False)


def test_the_sum_stops_at_the_fine_itself() -> None:
    found = late_fine(fine_fen=100_000, dues=[Due(DAY0, 100_000)], paid=[], halts=[], daily_percent=RATE, until=at(40))
    assert found.amount_fen == 100_000
    assert found.capped
    assert found.steps[-1] == "合计 1,200.00 元，超出罚款本数，加处罚款以罚款本数 1,000.00 元为限。"


def test_each_instalment_is_late_from_its_own_day() -> None:
    plan = [Due(at(10), 40_000), Due(at(20), 60_000)]
    late = late_fine(fine_fen=100_000, dues=plan, paid=[], halts=[], daily_percent=RATE, until=at(21))
    assert late.amount_fen == (40_000 * 10 + 100_000) * 3 // 100


@settings(max_examples=200, deadline=None)
@given(
    fine=fines,
    payments=st.lists(st.tuples(days, st.integers(0, 5_000_000)), max_size=5),
    halts=st.lists(st.tuples(days, st.integers(0, 20)), max_size=3),
    until=days,
    rate=st.sampled_from(["3", "0.5", "0.05", "1.25"]),
)
def test_stretches_give_what_counting_day_by_day_gives(
    fine: int, payments: list[tuple[date, int]], halts: list[tuple[date, int]], until: date, rate: str
) -> None:
    dues = [Due(DAY0, fine - fine // 3), Due(at(30), fine // 3)]
    paid = [Paid(on, amount) for on, amount in payments]
    stops = [Halt(first, first + timedelta(days=n), "中止") for first, n in halts]
    got = late_fine(fine_fen=fine, dues=dues, paid=paid, halts=stops, daily_percent=Decimal(rate), until=until)
    total, counted, day = Decimal(0), 0, DAY0
    while day <= until:
        base = due_by(dues, day) - paid_by(paid, day)
        if base > 0 and not any(one.first <= day <= (one.last or day) for one in stops):
            total += Decimal(base) * Decimal(rate) / 100
            counted += 1
        day += timedelta(days=1)
    assert (got.amount_fen, got.days) == (min(int(total), fine), counted)
    assert isinstance(got.amount_fen, int)


@settings(deadline=None)
@given(fine=fines, early=days, later=days, payment=st.integers(0, 50_000_000), on=days)
def test_it_never_falls_with_time_never_exceeds_the_fine_and_payment_never_raises_it(
    fine: int, early: date, later: date, payment: int, on: date
) -> None:
    first, last = sorted((early, later))
    assert 0 <= of(fine, until=first) <= of(fine, until=last) <= fine
    assert of(fine, paid=[Paid(on, payment)], until=last) <= of(fine, until=last)


@given(amount=st.integers(0, 10**12), parts=st.integers(1, 60))
def test_even_parts_add_up_and_differ_by_one_fen_at_most(amount: int, parts: int) -> None:
    made = even_parts(amount, parts)
    assert sum(made) == amount
    assert len(made) == parts
    assert max(made) - min(made) <= 1


@given(amount=st.integers(60, 10**9), parts=st.integers(1, 12), off=st.integers(-5, 5))
def test_a_plan_stands_only_where_it_adds_up(amount: int, parts: int, off: int) -> None:
    plan = [Due(at(10 * (n + 1)), fen) for n, fen in enumerate(even_parts(amount, parts))]
    assert (check_plan(plan, owed_fen=amount + off, after=DAY0) == "") is (off == 0)


def test_what_is_wrong_with_a_plan_is_said() -> None:
    assert check_plan([], owed_fen=1, after=DAY0) == "请至少填一期：日期和金额。"
    assert check_plan([Due(at(1), 0)], owed_fen=1, after=DAY0) == "第 1 期的金额须大于 0。"
    falling = [Due(at(9), 50), Due(at(9), 50)]
    assert check_plan(falling, owed_fen=100, after=DAY0) == "第 2 期的日期 2026-06-10 须晚于 2026-06-10。"
    short = check_plan([Due(at(3), 150)], owed_fen=12_345_678, after=DAY0)
    assert short == "各期合计 1.50 元，与尚未缴纳的罚款 123,456.78 元不符。"
