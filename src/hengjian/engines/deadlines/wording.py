"""The sentences of a derivation, with figures and articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from hengjian.engines.deadlines.calendar import ONE_DAY, Calendar
from hengjian.engines.deadlines.rules import UNIT_WORDS, Extension, Pause, Rule

WEEKDAYS = "一二三四五六日"
PAUSE_BEFORE = "倒推的期限没有暂停：所填暂停不影响结果。"
KINDS_OF_DAY = {"working_days": "个工作日", "hours": "小时"}


class _Counted(Protocol):
    def count(self, after: date, upto: date) -> int: ...


def day_text(day: date) -> str:
    """2026年11月2日（星期一）."""
    return f"{day.year}年{day.month}月{day.day}日（星期{WEEKDAYS[day.weekday()]}）"


def moment_text(moment: datetime) -> str:
    """2026年11月2日 10:30, with seconds where it has any."""
    clock = moment.strftime("%H:%M:%S" if moment.second or moment.microsecond else "%H:%M")
    return f"{moment.year}年{moment.month}月{moment.day}日 {clock}"


def span_text(days: Sequence[date]) -> str:
    """10月1日至7日、10月9日: days in order, runs drawn together."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(_run_text(run[0], run[-1]) for run in runs)


def _run_text(first: date, last: date) -> str:
    begin = f"{first.year}年{first.month}月{first.day}日"
    if first == last:
        return begin
    if (first.year, first.month) == (last.year, last.month):
        return f"{begin}至{last.day}日"
    year = f"{last.year}年" if first.year != last.year else ""
    return f"{begin}至{year}{last.month}月{last.day}日"


def _cited(article: str) -> str:
    return f"（{article}）" if article else ""


def opening(rule: Rule, day: date) -> list[str]:
    """Caveat where there is one, then the starting event."""
    said = [rule.caveat] if rule.caveat else []
    if rule.sense == "before":
        return [*said, f"基准：{day_text(day)}{rule.trigger}。"]
    first = day + ONE_DAY
    return [
        *said,
        f"起算：{day_text(day)}{rule.trigger}，当日不计算在内，自{first.month}月{first.day}日起计"
        f"{_cited(rule.counting_basis)}。",
    ]


def period(rule: Rule) -> str:
    """The length with its article."""
    return f"期限：{rule.length}{UNIT_WORDS[rule.unit]}{_cited(rule.basis)}。"


def extended(rule: Rule, number: int, extension: Extension, length: int) -> str:
    """One extension."""
    return f"延长：第 {number} 次，{length}{UNIT_WORDS[extension.unit]}，由{extension.by}批准{_cited(rule.basis)}。"


def paused(rule: Rule, start: date, end: date | None, pauses: Sequence[Pause], days: _Counted) -> list[str]:
    """What each pause takes out of the run; pauses outside say so."""
    said = []
    if pauses and not rule.pauses:
        said.append(f"注意：{rule.id}没有规定可以扣除的期间，所填暂停须另有依据。")
    for pause in pauses:
        named = f"，{pause.reason}" if pause.reason else ""
        if pause.last is None:
            if end is None:
                said.append(f"暂停：自{day_text(pause.first)}起{named}，尚未恢复。")
            continue
        written = _run_text(pause.first, pause.last)
        from_day = max(start, pause.first - ONE_DAY)
        taken = days.count(from_day, pause.last)
        if taken == 0 or (end is not None and pause.first > end):
            said.append(f"暂停：{written}{named}，不占用期限内应计的日子，不影响结果。")
        else:
            said.append(f"暂停：{written}{named}，首尾两日都不计入，扣除{_amount(rule, taken)}。")
    return said


def _amount(rule: Rule, number: int) -> str:
    return f" {number} {KINDS_OF_DAY.get(rule.unit, '日')}"


def open_pause(rule: Rule, left: int, pause: Pause) -> str:
    """What remains once an open pause ends."""
    return f"期限自{day_text(pause.first)}起停止计算，恢复之日起还剩{_amount(rule, left)}；恢复前没有届满日。"


def exceptions(calendar: Calendar, after: date, upto: date, pauses: Sequence[Pause] = ()) -> list[str]:
    """Weekdays off and weekend days worked within the run; those in a pause are not told."""
    off, on = calendar.exceptions(after, upto)
    if pauses:
        off, on = ([day for day in days if not _in_pause(day, pauses)] for days in (off, on))
    said = [f"放假不计的平日：{span_text(off)}，共 {len(off)} 日。"] if off else []
    return said + ([f"调休上班、计入的周末：{span_text(on)}，共 {len(on)} 日。"] if on else [])


def _in_pause(day: date, pauses: Sequence[Pause]) -> bool:
    return any(one.first <= day and (one.last is None or day <= one.last) for one in pauses)


def end(rule: Rule, lengths: Sequence[tuple[int, str]], day: date, counted: int | None) -> str:
    """The last day before any shift."""
    if rule.unit in ("months", "years"):
        length = "又".join(f"{number}{UNIT_WORDS[unit]}" for number, unit in lengths)
        how = f"（扣除暂停后共计 {counted} 日）" if counted is not None else "，取同日，当月没有同日的取月末"
        return f"届满：{length}{how}，最后一日为{day_text(day)}。"
    which = "又".join(f"第 {number} {KINDS_OF_DAY.get(unit, '日')}" for number, unit in lengths)
    return f"届满：{which}为{day_text(day)}。"


def rolled(rule: Rule, before: date, after: date) -> str:
    """The last day is no working day."""
    moved = f"以其后第一个工作日{day_text(after)}为届满日"
    return f"顺延：{day_text(before)}为休息日或者节假日，{moved}{_cited(rule.counting_basis)}。"


def back(rule: Rule, day: date, due: date) -> str:
    """Counting back from an event."""
    length = f"{rule.length}{UNIT_WORDS[rule.unit]}"
    how = "，取同日，当月没有同日的取月末" if rule.unit in ("months", "years") else "，当日不计算在内"
    return f"倒推：{day_text(day)}前{length}{how}，最迟为{day_text(due)}{_cited(rule.basis)}。"


def provisional(years: Sequence[int]) -> list[str]:
    """Which years have no notice yet."""
    if not years:
        return []
    named = "、".join(f"{year}年" for year in years)
    return [f"暂定：没有{named}的放假通知，先按周一至周五为工作日推算，通知录入后自动重算。"]


def opening_hours(rule: Rule, begin: datetime) -> str:
    """The starting moment. How hours are counted is the house's cautious reading: no article is named for it."""
    how = "自该时刻之后连续计算，休息日照计，不因休息日顺延（本系统从严掌握，不是条文原文）"
    return f"{rule.caveat}起算：{moment_text(begin)}（北京时间）{rule.trigger}，{how}。"


def paused_hours(begin: datetime, due: datetime | None, pauses: Sequence[Pause]) -> list[str]:
    """Pauses of a period in hours: whole days, from midnight to midnight."""
    said = []
    for pause in pauses:
        if pause.last is None:
            said += [f"暂停：自{day_text(pause.first)}零时起，尚未恢复。"] if due is None else []
        elif pause.last < begin.date() or (due is not None and pause.first > due.date()):
            said.append(f"暂停：{_run_text(pause.first, pause.last)}，不在期限内，不影响结果。")
        else:
            said.append(f"暂停：{_run_text(pause.first, pause.last)}，首尾两日全天不计入。")
    return said


def end_hours(rule: Rule, total: timedelta, due: datetime) -> str:
    """The last moment."""
    return f"届满：满{total // timedelta(hours=1)}小时为{moment_text(due)}（北京时间）。"
