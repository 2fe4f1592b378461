"""Real rules with days counted by hand on the calendar, and the calendar against the published table."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta

import pytest

from hengjian.engines.deadlines import SHANGHAI, Pause, derive
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.deadlines import published_calendar, rule_on
from hengjian.law.holidays import read_holiday_file
from hengjian.law.loader import lawbook
from tests.paths import SHARED

TABLE = SHARED / "data" / "admin_ref" / "cn_holidays_2019_2026.csv"


def due_of(
    rule_id: str, start: date | datetime, *pauses: tuple[date, date], extend: tuple[int | None, ...] = ()
) -> object:
    day = start.date() if isinstance(start, datetime) else start
    held = [Pause(first, last) for first, last in pauses]
    rule = rule_on(rule_id, day)
    return derive(rule, start=start, calendar=published_calendar(), pauses=held, extensions=extend).due


@pytest.mark.parametrize(
    ("rule_id", "start", "due"),
    [
        # 2026-11-02 is a Monday; fifteen working days end three weeks later
        ("PEN-18", date(2026, 11, 2), date(2026, 11, 23)),
        # 16-18, 21-24 Sept = 7; 28-30 Sept = 10 (25-27 off); 8, 9, 10 (make-up Saturday), 12, 13 Oct = 15
        ("PEN-18", date(2026, 9, 15), date(2026, 10, 12)),
        # received on a Sunday: Monday is the first day counted
        ("CMP-15", date(2026, 11, 1), date(2026, 11, 10)),
        # over Spring Festival 2026 (15-23 Feb off, 14 and 28 Feb worked): 11-14, 24-26 Feb
        ("CMP-15", date(2026, 2, 10), date(2026, 2, 26)),
        ("PUB-09", date(2026, 11, 2), date(2026, 11, 30)),
        ("DR-04", date(2026, 10, 23), date(2026, 11, 20)),
        ("PEN-81", date(2026, 11, 10), date(2026, 11, 19)),
        ("PEN-33", date(2026, 11, 16), date(2026, 11, 25)),
        ("PEN-73", date(2026, 11, 6), date(2026, 11, 10)),
        # 90 calendar days from 2 March end on Sunday 31 May; Monday 1 June
        ("PEN-64", date(2026, 3, 2), date(2026, 6, 1)),
        # 30 days from 5 September end on Monday 5 October, within National Day: Thursday 8 October
        ("PEN-38", date(2026, 9, 5), date(2026, 10, 8)),
        # fifteen days from 20 April end on 5 May (holiday): Wednesday 6 May
        ("PEN-72", date(2026, 4, 20), date(2026, 5, 6)),
        ("PEN-82", date(2026, 3, 2), date(2026, 4, 1)),
        # three months to 28 February, a worked Saturday: no shift
        ("PEN-76.court", date(2025, 11, 28), date(2026, 2, 28)),
        ("CMP-23", date(2026, 4, 15), date(2026, 6, 15)),
        ("CMP-23", date(2026, 4, 14), date(2026, 6, 18)),
        ("ACC-13", date(2026, 5, 31), date(2026, 2, 28)),
        ("ACC-13", date(2028, 5, 31), date(2028, 2, 29)),
        ("ACC-13.validity", date(2024, 2, 29), date(2030, 2, 28)),
        # a hearing on 16 November, seven working days before
        ("HEAR-20.notice", date(2026, 11, 16), date(2026, 11, 5)),
        ("HEAR-22", date(2026, 10, 9), date(2026, 9, 29)),
        ("APL-36", date(2024, 2, 29), date(2026, 2, 28)),
        # three days that the rule does not call working days: Friday to Monday, no shift of its own
        ("TR-05b", date(2026, 11, 5), date(2026, 11, 8)),
        ("NC-02", date(2026, 9, 4), date(2026, 12, 4)),
        ("SUP-13", date(2026, 3, 1), date(2032, 3, 1)),
        ("ABN-09.letter", date(2026, 11, 2), date(2026, 11, 17)),
        ("LIST-16.decide", date(2025, 12, 24), date(2026, 1, 15)),
        ("LIST-16.decide", date(2025, 12, 25), date(2026, 1, 6)),
    ],
)
def test_days_counted_by_hand(rule_id: str, start: date, due: date) -> None:
    assert due_of(rule_id, start) == due


@pytest.mark.parametrize(
    ("rule_id", "start", "pauses", "extend", "due"),
    [
        ("PEN-18", date(2026, 11, 2), [(date(2026, 11, 9), date(2026, 11, 13))], (), date(2026, 11, 30)),
        ("PEN-18", date(2026, 11, 2), [], (None,), date(2026, 12, 14)),
        # nine days of testing and a hearing that overlaps them: 9-20 November, twelve days in all
        (
            "PEN-64",
            date(2026, 3, 2),
            [(date(2026, 3, 9), date(2026, 3, 17)), (date(2026, 3, 15), date(2026, 3, 20))],
            (),
            date(2026, 6, 12),
        ),
        ("PEN-64", date(2026, 3, 2), [], (None,), date(2026, 6, 30)),
        ("PEN-64", date(2026, 3, 2), [], (None, 20), date(2026, 7, 20)),
        ("PEN-38", date(2026, 3, 2), [], (None,), date(2026, 5, 6)),
        ("PEN-38", date(2026, 3, 2), [], (10,), date(2026, 4, 13)),
        ("CMP-23", date(2026, 4, 15), [(date(2026, 5, 1), date(2026, 5, 3))], (), date(2026, 6, 17)),
        # 6 in June, 23 in July, 21 in August, 22 in September (25 off, 20 worked), 8-10 and 12-16 October
        ("LIC-45", date(2026, 6, 22), [], (None,), date(2026, 10, 16)),
        ("REP-16", date(2026, 11, 2), [], (None,), date(2026, 11, 25)),
        # a pause before the run and one after it change nothing
        ("CMP-15", date(2026, 11, 2), [(date(2026, 10, 1), date(2026, 11, 2))], (), date(2026, 11, 11)),
        ("CMP-15", date(2026, 11, 2), [(date(2026, 11, 12), date(2026, 11, 20))], (), date(2026, 11, 11)),
    ],
)
def test_pauses_and_extensions_counted_by_hand(
    rule_id: str, start: date, pauses: list[tuple[date, date]], extend: tuple[int | None, ...], due: date
) -> None:
    assert due_of(rule_id, start, *pauses, extend=extend) == due


def test_hours_are_counted_from_the_moment() -> None:
    start = datetime(2026, 11, 6, 17, 40, tzinfo=SHANGHAI)
    assert due_of("PEN-33.report", start) == datetime(2026, 11, 7, 17, 40, tzinfo=SHANGHAI)
    assert due_of("TR-05c", start) == due_of("PEN-36", start)


def test_hours_end_on_a_holiday_and_no_article_is_claimed_for_that() -> None:
    in_hours = [clock for clock in lawbook().clocks if clock.unit == "hours"]
    assert {"PEN-33.report", "PEN-36"} <= {clock.id for clock in in_hours}
    for clock in in_hours:
        assert (clock.rolls, clock.counted_by) == (False, None), clock.id
        start = datetime(2026, 9, 30, 10, 30, tzinfo=SHANGHAI)
        found = derive(rule_on(clock.id, start.date()), start=start, calendar=published_calendar())
        assert found.due == datetime(2026, 10, 1, 10, 30, tzinfo=SHANGHAI)
        opening = found.steps[0]
        assert opening.endswith("不因休息日顺延（本系统从严掌握，不是条文原文）。"), opening
        assert "《" not in opening


@pytest.mark.skipif(not TABLE.exists(), reason="the table of working days is not here")
def test_the_notices_give_the_published_table_day_by_day() -> None:
    calendar = published_calendar()
    rows = list(csv.DictReader(TABLE.open(encoding="utf-8")))
    assert len(rows) == 2922
    wrong = [
        row["date"]
        for row in rows
        if calendar.is_working(date.fromisoformat(row["date"])) != (row["is_workday"] == "True")
    ]
    assert wrong == []
    assert calendar.years == {int(row["date"][:4]) for row in rows}


def test_every_clock_derives_with_its_article_in_the_steps() -> None:
    for clock in lawbook().clocks:
        day = max(clock.valid_from, date(2026, 5, 6)) if clock.valid_to is None else clock.valid_to
        start = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI) if clock.unit == "hours" else day
        found = derive(rule_on(clock.id, day), start=start, calendar=published_calendar())
        assert found.due is not None, clock.id
        assert any("《" in step for step in found.steps), clock.id
        if clock.sense == "before":
            assert found.due < day
        else:
            assert found.due > start


def test_an_instrument_is_named_once_for_articles_that_stand_together() -> None:
    assert rule_on("CMP-23", date(2026, 5, 6)).basis == "《市场监督管理投诉举报处理办法》第二十三条、第二十二条"
    assert rule_on("DR-04", date(2026, 5, 6)).basis.count("《") == 2


def test_the_bare_id_of_every_rule_with_several_clocks_is_there() -> None:
    ids = {one.id for one in lawbook().clocks}
    assert {one.partition(".")[0] for one in ids} <= ids
    assert {"PEN-18", "PEN-33", "PEN-33.report", "PEN-64", "CMP-15", "CMP-23", "PUB-09", "REP-16", "ACC-11a"} <= ids


def test_a_day_without_recorded_text_is_refused_or_said() -> None:
    with pytest.raises(NotFound, match="2020年1月20日适用的文本没有录入"):
        rule_on("PEN-18", date(2020, 1, 20))
    said = rule_on("PEN-18", date(2020, 1, 20), earliest_for_older=True)
    assert said.caveat.startswith("注意：2020年1月20日适用的文本没有录入，以下按2021年7月15日起有效的文本推算")
    with pytest.raises(NotFound, match="自2026年4月15日起不再适用"):
        rule_on("CMP-31", date(2026, 4, 15), earliest_for_older=True)


def test_a_file_of_notices_is_read_or_refused_with_a_sentence(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "2027.yaml"
    good = (
        "holiday_years:\n  - year: 2027\n    certainty: found\n    notices:\n"
        '      - {number: "某号", published_on: 2026-11-20}\n'
        '    holidays:\n      - {name: "元旦", first: 2027-01-01, last: 2027-01-03}\n    makeup_days: []\n'
    )
    path.write_text(good, encoding="utf-8")
    assert [one.year for one in read_holiday_file(path)] == [2027]
    path.write_text(good.replace("makeup_days: []", "makeup_days: [2027-01-04]"), encoding="utf-8")
    with pytest.raises(Refused, match="2027 年的内容不对"):
        read_holiday_file(path)
    path.write_text("nothing: 1", encoding="utf-8")
    with pytest.raises(Refused, match="内容不对"):
        read_holiday_file(path)
    with pytest.raises(Refused, match="读不了"):
        read_holiday_file(path.parent / "none.yaml")


def test_a_new_year_never_starts_before_the_old_one_ends() -> None:
    calendar = published_calendar()
    assert all(not calendar.is_working(date(year, 1, 1)) for year in calendar.years)
    assert sum(calendar.is_working(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)) == 248
