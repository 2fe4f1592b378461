"""Properties of the deadline engine, and a day-by-day oracle beside it."""

from __future__ import annotations

import calendar as months
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.deadlines import SHANGHAI, Calendar, Extension, Pause, Rule, derive, merged
from hengjian.kernel.errors import Refused
from hengjian.law.deadlines import published_calendar
from tests.engines.deadlines.oracle import days_of, walk

CALENDAR = published_calendar()
OFF, WORKED = set(CALENDAR.holidays), set(CALENDAR.makeup_days)
ONE = timedelta(days=1)


def rule(length: int = 15, unit: str = "working_days", **more: object) -> Rule:
    values = {"id": "X-1", "title": "期限", "trigger": "事件", "basis": "《法》第一条"} | more
    return Rule(length=length, unit=unit, **values)  # type: ignore[arg-type]


def spans(size: int = 3) -> st.SearchStrategy[list[tuple[date, date]]]:
    one = st.tuples(st.dates(date(2019, 1, 1), date(2026, 6, 30)), st.integers(0, 40))
    return st.lists(one.map(lambda pair: (pair[0], pair[0] + pair[1] * ONE)), max_size=size)


near = st.dates(date(2019, 1, 1), date(2026, 3, 31))


@given(
    start=near,
    length=st.integers(1, 120),
    unit=st.sampled_from(["working_days", "days"]),
    gaps=st.lists(st.tuples(st.integers(-30, 150), st.integers(0, 40)), max_size=4),
    rolls=st.booleans(),
)
def test_the_engine_agrees_with_walking_day_by_day(
    start: date, length: int, unit: str, gaps: list[tuple[int, int]], rolls: bool
) -> None:
    pauses = [(start + first * ONE, start + (first + more) * ONE) for first, more in gaps]
    found = derive(
        rule(length, unit, rolls=rolls), start=start, calendar=CALENDAR, pauses=[Pause(*one) for one in pauses]
    )
    slow = walk(
        start,
        length,
        working_days=unit == "working_days",
        off=OFF,
        worked=WORKED,
        paused=days_of(pauses),
        rolls=rolls,
    )
    assert found.due == slow


@given(start=near, n=st.integers(1, 200))
def test_the_nth_working_day_and_its_count_are_inverse(start: date, n: int) -> None:
    day = CALENDAR.nth(start, n)
    assert CALENDAR.count(start, day) == n
    assert CALENDAR.is_working(day)
    assert CALENDAR.nth_back(day + ONE, n) == CALENDAR.nth(start, 1)


@given(start=near, unit=st.sampled_from(["working_days", "days", "months", "years"]), rolls=st.booleans())
def test_a_later_start_or_a_longer_period_never_ends_earlier(start: date, unit: str, rolls: bool) -> None:
    def due(first: date, length: int) -> date:
        found = derive(rule(length, unit, rolls=rolls), start=first, calendar=CALENDAR).due
        assert isinstance(found, date)
        return found

    assert due(start, 3) <= due(start + ONE, 3)
    assert due(start, 3) <= due(start, 4)


@given(start=near, length=st.integers(2, 90), offset=st.integers(1, 60), days=st.integers(1, 60))
def test_a_pause_inside_a_run_of_calendar_days_moves_its_end_by_exactly_its_days(
    start: date, length: int, offset: int, days: int
) -> None:
    first = start + min(offset, length) * ONE
    plain = derive(rule(length, "days"), start=start, calendar=CALENDAR).due
    held = derive(
        rule(length, "days"), start=start, calendar=CALENDAR, pauses=[Pause(first, first + (days - 1) * ONE)]
    ).due
    assert plain is not None and held is not None
    assert held - plain == days * ONE


@given(pauses=spans(), start=near)
def test_overlapping_touching_and_repeated_pauses_count_once(pauses: list[tuple[date, date]], start: date) -> None:
    held = [Pause(first, last) for first, last in pauses]
    cut = [Pause(day, day) for first, last in pauses for day in sorted(days_of([(first, last)]))]
    whole = derive(rule(30), start=start, calendar=CALENDAR, pauses=held)
    assert whole.due == derive(rule(30), start=start, calendar=CALENDAR, pauses=cut + held).due
    together = merged(held)
    assert all(one.last + ONE < later.first for one, later in pairwise(together) if one.last)


@given(start=near, months_more=st.integers(1, 36))
def test_months_end_on_the_same_day_or_the_last_of_the_month(start: date, months_more: int) -> None:
    due = derive(rule(months_more, "months"), start=start, calendar=CALENDAR).due
    assert due is not None
    index = start.year * 12 + start.month - 1 + months_more
    assert (due.year * 12 + due.month - 1) == index
    assert due.day == min(start.day, months.monthrange(due.year, due.month)[1])


@given(start=near, length=st.integers(1, 60))
def test_alarms_come_in_order_and_the_last_is_the_end(start: date, length: int) -> None:
    found = derive(rule(length, rolls=True), start=start, calendar=CALENDAR)
    assert [one.percent for one in found.alarms] == [50, 80, 100]
    days = [one.at for one in found.alarms]
    assert days == sorted(days)
    assert days[-1] == found.due


@given(start=st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)), hours=st.integers(1, 96))
def test_hours_run_through_the_night_and_the_weekend(start: datetime, hours: int) -> None:
    due = derive(rule(hours, "hours"), start=start.replace(tzinfo=UTC), calendar=CALENDAR).due
    assert isinstance(due, datetime)
    assert due - start.replace(tzinfo=UTC) == timedelta(hours=hours)
    assert due.utcoffset() == timedelta(hours=8)


def test_a_pause_of_whole_days_holds_hours_from_midnight_to_midnight() -> None:
    begin = datetime(2026, 11, 6, 10, 0, tzinfo=SHANGHAI)
    held = derive(
        rule(24, "hours"), start=begin, calendar=CALENDAR, pauses=[Pause(date(2026, 11, 7), date(2026, 11, 8))]
    )
    assert held.due == datetime(2026, 11, 9, 10, 0, tzinfo=SHANGHAI)
    whole = derive(
        rule(24, "hours"), start=begin, calendar=CALENDAR, pauses=[Pause(date(2026, 11, 6), date(2026, 11, 6))]
    )
    assert whole.due == datetime(2026, 11, 8, 0, 0, tzinfo=SHANGHAI)


def test_an_open_pause_leaves_no_last_day_but_says_what_remains() -> None:
    held = derive(rule(15), start=date(2026, 11, 2), calendar=CALENDAR, pauses=[Pause(date(2026, 11, 9), None, "鉴定")])
    assert (held.due, held.left, held.provisional) == (None, 11, False)
    assert held.steps[-1] == "期限自2026年11月9日（星期一）起停止计算，恢复之日起还剩 11 个工作日；恢复前没有届满日。"
    after_the_end = [Pause(date(2027, 11, 9), None)]
    assert derive(rule(15), start=date(2026, 11, 2), calendar=CALENDAR, pauses=after_the_end).due == date(2026, 11, 23)
    hours = derive(
        rule(24, "hours"), start=datetime(2026, 11, 2, 9), calendar=CALENDAR, pauses=[Pause(date(2026, 11, 3), None)]
    )
    assert (hours.due, hours.left) == (None, 9)


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [(date(2025, 12, 31), 1, date(2026, 1, 4)), (date(2026, 12, 30), 1, date(2026, 12, 31))],
)
def test_a_published_year_is_firm(start: date, length: int, due: date) -> None:
    found = derive(rule(length), start=start, calendar=CALENDAR)
    assert (found.due, found.provisional) == (due, False)


def test_a_year_without_notice_is_provisional_and_says_so() -> None:
    found = derive(rule(1), start=date(2026, 12, 31), calendar=CALENDAR)
    assert (found.due, found.provisional) == (date(2027, 1, 1), True)
    assert found.steps[-1].startswith("暂定：没有2027年的放假通知")
    known = Calendar.of(
        holidays=[*CALENDAR.holidays, date(2027, 1, 1)],
        makeup_days=CALENDAR.makeup_days,
        years=[*CALENDAR.years, 2027],
    )
    firm = derive(rule(1), start=date(2026, 12, 31), calendar=known)
    assert (firm.due, firm.provisional) == (date(2027, 1, 4), False)


def test_what_asks_no_calendar_is_firm_in_any_year_and_what_may_roll_is_not() -> None:
    assert derive(rule(6, "years"), start=date(2026, 3, 2), calendar=CALENDAR).provisional is False
    assert derive(rule(90, "days", rolls=True), start=date(2026, 12, 1), calendar=CALENDAR).provisional is True


def test_extensions_follow_the_rule() -> None:
    known = rule(
        90,
        "days",
        extensions=(
            Extension("负责人", 30, "days"),
            Extension("集体讨论", None, "days"),
            Extension("上级", None, "days", 10),
        ),
    )
    start = date(2026, 2, 2)
    assert derive(known, start=start, calendar=CALENDAR, extensions=[None]).due == start + 120 * ONE
    assert derive(known, start=start, calendar=CALENDAR, extensions=[None, 20]).due == start + 140 * ONE
    assert derive(known, start=start, calendar=CALENDAR, extensions=[None, 20, None]).due == start + 150 * ONE


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ([5], "X-1“期限”的第 1 次延长法定为 30 日，不能另写天数 5。"),
        ([None, None], "X-1“期限”的第 2 次延长没有法定长度，由集体讨论决定，请写明延长多少日。"),
        ([None, 0], "X-1“期限”的第 2 次延长应为 1 至 3650 日，不能是 0。"),
        ([None, 5, 11], "X-1“期限”的第 3 次延长应为 1 至 10 日，不能是 11。"),
        ([None, 5, 5, 5], "X-1“期限”只能延长 3 次，不能作第 4 次延长。"),
    ],
)
def test_an_extension_against_the_rule_is_refused(asked: list[int | None], sentence: str) -> None:
    known = rule(
        90,
        "days",
        extensions=(
            Extension("负责人", 30, "days"),
            Extension("集体讨论", None, "days"),
            Extension("上级", None, "days", 10),
        ),
    )
    with pytest.raises(Refused) as refused:
        derive(known, start=date(2026, 2, 2), calendar=CALENDAR, extensions=asked)
    assert refused.value.sentence == sentence


def test_a_rule_without_extension_says_so() -> None:
    with pytest.raises(Refused, match="没有规定延长"):
        derive(rule(), start=date(2026, 2, 2), calendar=CALENDAR, extensions=[None])


def test_a_pause_the_wrong_way_round_and_years_out_of_range_are_refused() -> None:
    with pytest.raises(Refused, match=r"起日 2026-02-03 晚于止日 2026-02-02"):
        Pause(date(2026, 2, 3), date(2026, 2, 2))
    with pytest.raises(Refused, match="年份 1800"):
        derive(rule(), start=date(1800, 1, 1), calendar=CALENDAR)
    with pytest.raises(Refused, match="暂停的年份 9999"):
        derive(rule(), start=date(2026, 1, 5), calendar=CALENDAR, pauses=[Pause(date(2026, 1, 6), date(9999, 12, 31))])


@pytest.mark.parametrize("claim", [{"rolls": True}, {"counting_basis": "《法》第八十条"}])
def test_a_rule_in_hours_neither_rolls_nor_cites_how_days_are_counted(claim: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a period in hours runs on"):
        rule(24, "hours", **claim)


def test_a_rule_in_hours_needs_a_moment() -> None:
    with pytest.raises(Refused, match="按小时计算，起算要写明时刻"):
        derive(rule(24, "hours"), start=date(2026, 2, 2), calendar=CALENDAR)


def test_holidays_within_a_pause_are_not_told_twice() -> None:
    found = derive(
        rule(15), start=date(2026, 9, 10), calendar=CALENDAR, pauses=[Pause(date(2026, 9, 20), date(2026, 9, 22))]
    )
    assert not any("9月20日、" in step for step in found.steps if step.startswith("调休"))
