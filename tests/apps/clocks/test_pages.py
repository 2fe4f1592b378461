"""Pages of clocks: calendar, derivation, correction, notices, and how a clock reads on a line."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hengjian.apps.clocks import services
from hengjian.apps.clocks.calendars import current_calendar
from hengjian.apps.clocks.models import HolidayNotice
from hengjian.apps.clocks.presenting import line_of
from tests.apps.clocks.conftest import NOW, TODAY, World
from tests.apps.factories import make_institution

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def signed_in(client: Client, user: Any) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.parametrize(
    ("rule_id", "start", "days", "kind", "words", "when"),
    [
        ("PEN-18", date(2026, 10, 12), 0, "due", "今天到期", "2026年11月2日"),
        ("PEN-18", date(2026, 10, 12), 3, "late", "逾期 3 工作日", "应于 2026年11月2日"),
        ("PEN-18", date(2026, 10, 12), 5, "late", "逾期 4 工作日", "应于 2026年11月2日"),
        ("PEN-18", date(2026, 10, 30), 19, "late", "逾期 1 日", "应于 2026年11月20日"),
        ("PEN-18", date(2026, 10, 26), 0, "", "剩 10 工作日", "2026年11月16日"),
        ("PEN-18", date(2026, 10, 26), 11, "due", "剩 1 工作日", "2026年11月16日"),
        ("PEN-64", date(2026, 10, 26), 0, "", "剩 84 日", "2027年1月25日（暂定）"),
        ("PEN-82", date(2026, 10, 26), 0, "", "23 日期满", "2026年11月25日"),
        ("PEN-82", date(2026, 10, 26), 40, "done", "已期满", "2026年11月25日"),
    ],
)
def test_a_clock_on_a_line(
    world: World, rule_id: str, start: date, days: int, kind: str, words: str, when: str
) -> None:
    clock = world.start(rule_id, start)
    line = line_of(
        clock, today=TODAY + timedelta(days=days), now=NOW + timedelta(days=days), calendar=current_calendar()
    )
    assert (line.kind, line.text, line.when) == (kind, words, when)


def test_paused_and_ended_clocks_on_a_line(world: World) -> None:
    world.start("PEN-64", date(2026, 9, 1))
    held = services.pause_clock(
        thing=world.lab,
        rule_id="PEN-64",
        first=date(2026, 10, 20),
        last=None,
        reason="听证",
        actor=world.actor,
        now=NOW,
    )
    line = line_of(held, today=TODAY, now=NOW, calendar=current_calendar())
    assert (line.kind, line.text, line.when) == ("paused", "暂停 14 日", "恢复后剩 42 日")
    world.start("PEN-18", date(2026, 10, 9))
    ended = services.stop_clock(thing=world.lab, rule_id="PEN-18", on=TODAY, actor=world.actor, now=NOW)
    line = line_of(ended, today=TODAY, now=NOW, calendar=current_calendar())
    assert (line.kind, line.text) == ("late", "逾期 4 日办结")


def test_the_calendar_names_late_days_and_the_rest_days(asked: Client, world: World) -> None:
    world.start("PEN-18", date(2026, 9, 29))
    world.start("PEN-64", date(2026, 9, 1), label="办案：青石检测")
    page = text(signed_in(asked, world.officer).get("/clocks/?month=2026-10"))
    assert "1 件已逾期" in page
    assert "核查线索：青石检测" in page
    assert '<time datetime="2026-10-10">10</time><small>班</small>' in page
    assert '<time datetime="2026-10-07">7</time><small>休</small>' in page
    assert "暂定" not in page.split('class="cal"')[1].split("</table>")[0]
    only = text(asked.get("/clocks/?state=late"))
    assert "办案：青石检测" not in only
    assert "办案：青石检测" in text(asked.get("/clocks/?due_from=2026-11-30&due_to=2026-11-30"))
    assert "2027 年的放假通知还没有录入" in text(asked.get("/clocks/?month=2027-02"))


def test_the_calendar_asks_no_more_questions_for_more_clocks(asked: Client, world: World) -> None:
    def questions(clocks: int) -> list[str]:
        for n in range(clocks):
            world.start("PEN-18", date(2026, 10, 12), thing=make_institution(world.tree.county), label=f"事项{n}")
        with CaptureQueriesContext(connection) as found:
            assert asked.get("/clocks/").status_code == 200
        return [one["sql"] for one in found.captured_queries]

    signed_in(asked, world.officer)
    few = questions(2)
    assert len(questions(30)) == len(few)
    # the list (rows, count), the calendar's days, the tabs, the organs to choose from
    assert sum('FROM "clocks_clock"' in sql for sql in few) == 5


def test_a_clock_opens_to_its_derivation_and_its_history(asked: Client, world: World) -> None:
    clock = world.start("PEN-18", date(2026, 9, 29))
    page = text(signed_in(asked, world.officer).get(f"/clocks/{clock.pk}/"))
    assert "线索核查：2026年10月26日届满" in page
    assert "调休上班、计入的周末：2026年10月10日，共 1 日。" in page
    assert "逾期逐级提醒，不自动结束" in page
    assert "更正起算日" not in page
    assert "更正起算日" in text(signed_in(asked, world.chief).get(f"/clocks/{clock.pk}/"))


def test_a_chief_corrects_the_start_and_sees_both_derivations(asked: Client, world: World) -> None:
    clock = world.start("PEN-18", date(2026, 10, 12))
    signed_in(asked, world.chief)
    form = {"start": "2026年10月15日", "reason": "收文章为15日", "seen": "2026-10-12"}
    assert asked.post(f"/clocks/{clock.pk}/correct/", form | {"reason": ""}).status_code == 422
    future = asked.post(f"/clocks/{clock.pk}/correct/", form | {"start": "2026-11-03"})
    assert "起算日 2026-11-03 还没有到。" in text(future)
    assert asked.post(f"/clocks/{clock.pk}/correct/", form).status_code == 302
    page = text(asked.get(f"/clocks/{clock.pk}/"))
    assert "起算由 2026-10-12 改为 2026-10-15：收文章为15日；届满日 2026-11-02 → 2026-11-05；科长" in page
    assert "以前的推算" in page
    stale = asked.post(f"/clocks/{clock.pk}/correct/", form)
    assert stale.status_code == 409
    assert "刚刚被改为 2026-10-15" in text(stale)
    signed_in(asked, world.officer)
    assert asked.post(f"/clocks/{clock.pk}/correct/", form).status_code == 403


NOTICE = {
    "year": "2027",
    "number": "试验〔2026〕1号",
    "published_on": "2026-10-30",
    "holidays": "元旦 2027-01-01 至 2027-01-03\n春节：2027年2月5日 2027年2月11日",
    "makeup_days": "2027-01-30、2027-02-14",
}


def test_a_notice_is_checked_before_it_moves_anything(asked: Client, world: World) -> None:
    clock = world.start("PEN-64", date(2026, 10, 5))
    assert clock.provisional
    signed_in(asked, world.admin)
    assert "2027年的放假通知还没有录入" in text(asked.get("/clocks/notices/"))
    checked = asked.post("/clocks/notices/new/", NOTICE)
    assert "录入以后将核算 1 个正在计时的时限" in text(checked)
    assert HolidayNotice.objects.count() == 0
    done = asked.post("/clocks/notices/new/", NOTICE | {"confirmed": "1"}, follow=True)
    assert "录入2027年放假通知（试验〔2026〕1号）" in text(done)
    assert HolidayNotice.objects.get().holidays[1] == {"name": "春节", "first": "2027-02-05", "last": "2027-02-11"}
    assert "放假通知已录入到 2027 年" in text(asked.get("/clocks/notices/"))
    assert "春节 2027-02-05 至 2027-02-11" in text(asked.get("/clocks/notices/new/?year=2027"))
    clock.refresh_from_db()
    assert not clock.provisional
    assert clock.label in text(signed_in(asked, world.officer).get(done.redirect_chain[0][0]))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"year": "27"}, "年份应在 2019 至 2100 之间。"),
        ({"holidays": "元旦放三天"}, "第 1 行“元旦放三天”看不懂，请写成 元旦 2027-01-01 至 2027-01-03 的样子。"),
        ({"holidays": "元旦 2027-01-32"}, "第 1 行：“2027-01-32”不是日期。"),
        ({"makeup_days": "明天"}, "调休上班：“明天”不是日期。"),
        ({"makeup_days": "2027-01-29"}, "调休上班的 2027-01-29 不是周末。"),
        ({"published_on": "2026-12-01"}, "发文日期 2026-12-01 还没有到。"),
    ],
)
def test_a_notice_with_a_fault_says_where(asked: Client, world: World, change: dict, sentence: str) -> None:
    answer = signed_in(asked, world.admin).post("/clocks/notices/new/", NOTICE | change | {"confirmed": "1"})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert HolidayNotice.objects.count() == 0


def test_who_sees_a_foreign_clock_gets_a_page_that_is_not_there(asked: Client, world: World) -> None:
    clock = world.start(
        "PEN-18", date(2026, 10, 12), thing=make_institution(world.tree.other_county), organ=world.tree.other_county
    )
    assert signed_in(asked, world.officer).get(f"/clocks/{clock.pk}/").status_code == 404


def test_the_tag_links_to_the_derivation_and_reads_the_calendar_once(
    world: World, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    first, second = world.start("PEN-18", date(2026, 10, 26)), world.start("CMP-15", date(2026, 10, 26))
    template = Template("{% load clocks %}{% for one in clocks %}{% clock_line one %}{% endfor %}{% clock_line none %}")
    with django_assert_num_queries(1):
        shown = template.render(Context({"clocks": [first, second], "none": None}))
    assert f'href="/clocks/{first.pk}/"' in shown
    assert "剩 10 工作日" in shown
    assert "剩 2 工作日" in shown


def test_a_moment_is_shown_for_hours(asked: Client, world: World) -> None:
    clock = world.start("PEN-33.report", datetime.fromisoformat("2026-11-02T09:30:00+08:00"))
    assert "2026年11月3日 09:30 届满" in text(signed_in(asked, world.officer).get(f"/clocks/{clock.pk}/"))
