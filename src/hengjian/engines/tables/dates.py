"""Dates and times as ledgers write them: read where there is one reading, refused otherwise."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

from hengjian.engines.tables.writing import Refusal, narrow

Epoch = Literal[1900, 1904]
SHANGHAI = timezone(timedelta(hours=8))
FIRST_YEAR, LAST_YEAR = 1900, 2100
_SERIAL_FROM, _SERIAL_TO = 20_000, 80_000  # 1954-10-03 to 2119-01-11 counted from 1900

_DAY = (
    r"(?P<year>\d{4})(?:[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})"
    r"|\s*年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*日|(?P<m3>\d{2})(?P<d3>\d{2}))"
)
_CLOCK = r"(?P<hour>\d{1,2})(?::|时)(?P<minute>\d{1,2})(?:(?::|分)(?:(?P<second>\d{1,2})(?P<fraction>\.\d{1,9})?秒?)?)?"
_MOMENT = re.compile(rf"{_DAY}(?:[T\s]\s*{_CLOCK}\s*(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?", re.ASCII)
_LOOSE_DAY = r"\d{1,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,4}日?"
_SEVERAL = re.compile(rf"({_LOOSE_DAY})(?:\s+[\d:]+)?\s*(?:[-~/、,;至到]|\s)\s*({_LOOSE_DAY})", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{2}[-/.]\d{1,2}[-/.]\d{1,2}", re.ASCII)
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", re.ASCII)
_NO_DAY = re.compile(r"\d{4}(?:[-/.]\d{1,2}|年\d{1,2}月|年)?", re.ASCII)


def parse_moment(text: str, *, epoch: Epoch | None = None) -> datetime | Refusal:
    """A moment in Asia/Shanghai without zone; `epoch` is the workbook's date system, None where nobody says (csv)."""
    written = narrow(text)
    found = _MOMENT.fullmatch(written)
    if found is not None:
        return _build(found)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", written, re.ASCII):
        return _from_serial(written, epoch=epoch)
    return _why_not(written)


def parse_date(text: str, *, epoch: Epoch | None = None) -> date | Refusal:
    """A day; a time of day after it is left out."""
    moment = parse_moment(text, epoch=epoch)
    return moment if isinstance(moment, Refusal) else moment.date()


def _build(found: re.Match[str]) -> datetime | Refusal:
    year = int(found["year"])
    month = int(found["m1"] or found["m2"] or found["m3"])
    day = int(found["d1"] or found["d2"] or found["d3"])
    wrong = _impossible(year, month, day)
    if wrong is not None:
        return wrong
    clock = _clock(found)
    if clock is None:
        return Refusal(
            "date.clock", f"没有{found['hour']}时{found['minute']}分这个时刻", "改成 00:00 到 23:59 之间的时刻"
        )
    moment = datetime.combine(date(year, month, day), clock)
    if found["zone"]:
        zone = UTC if found["zone"] == "Z" else datetime.strptime(found["zone"].replace(":", ""), "%z").tzinfo
        moment = moment.replace(tzinfo=zone).astimezone(SHANGHAI).replace(tzinfo=None)
    return moment


def _clock(found: re.Match[str]) -> time | None:
    if not found["hour"]:
        return time()
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int((found["fraction"] or ".0")[1:7].ljust(6, "0"))
    return time(hour, minute, second, fraction)


def _impossible(year: int, month: int, day: int) -> Refusal | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Refusal("date.year", f"年份{year}不可能", "写成四位年份，如 2026-07-02")
    if not 1 <= month <= 12:
        other = f"；也不能当作{day}月{month}日" if 1 <= day <= 12 else ""
        repair = f"写成 {year}-{day:02d}-{month:02d} 或实际日期" if 1 <= day <= 12 and month <= 31 else "写成实际日期"
        return Refusal("date.month", f"没有{month}月{other}", repair)
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        return Refusal("date.day", f"{year}年{month}月没有{day}日（共{last}天）", "写成实际日期")
    return None


def _from_serial(written: str, *, epoch: Epoch | None) -> datetime | Refusal:
    serial = float(written)
    if epoch is None:
        return Refusal(
            "date.serial", "像表格软件的日期序号，但文件没有说明从1900还是1904起算", "写成 2026-07-02 这样的日期"
        )
    if not _SERIAL_FROM <= serial <= _SERIAL_TO:
        return Refusal("date.serial", "数字不像日期序号", "写成 2026-07-02 这样的日期")
    origin = datetime(1899, 12, 30) if epoch == 1900 else datetime(1904, 1, 1)  # noqa: DTZ001 (wall clock by contract)
    return origin + timedelta(seconds=round(serial * 86_400))


def _why_not(written: str) -> Refusal:
    if _SEVERAL.search(written):
        return Refusal("date.several", "一格里有两个日期", "拆成两行，或只留一个日期")
    if _SHORT_YEAR.fullmatch(written):
        return Refusal("date.short_year", "年份只有两位，可能读成两种日期", "写成四位年份，如 2026-08-03")
    if _DAY_FIRST.fullmatch(written):
        return Refusal("date.order", "年份在后，月和日的次序不明", "写成 年-月-日，如 2026-08-03")
    if _NO_DAY.fullmatch(written):
        return Refusal("date.no_day", "只写到年或月，缺少日", "写成 年-月-日，如 2026-08-03")
    return Refusal("date.form", "不是日期", "写成 年-月-日，如 2026-08-03")
