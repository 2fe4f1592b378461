"""Days as people write them: ISO text, read leniently, refused with the reason."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date

from hengjian.kernel.errors import Refused

EARLIEST, LATEST = 1900, 2199
"""No day outside is meant by anybody, and a day or a zone's offset can still be added to every day within."""
_WRITTEN = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")


def parse_day(text: str) -> date:
    """`2026-11-20`, `2026/11/20`, `2026.11.20`, `20261120`, `2026年11月20日`, full-width too → the day.

    Raises Refused with the sentence for the field: not a day, no such month, no such day in that month, a year
    outside EARLIEST to LATEST.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    found = _WRITTEN.fullmatch(plain)
    if not found:
        raise Refused(f"“{text}”不是日期，请写成 2026-11-20 这样")
    year, month, day = (int(part) for part in (found[1], found[2] or found[4], found[3] or found[5]))
    if not EARLIEST <= year <= LATEST:
        raise Refused(f"年份应在 {EARLIEST} 至 {LATEST} 之间，请检查“{text}”")
    if not 1 <= month <= 12:
        raise Refused(f"没有 {year} 年 {month} 月，请检查“{text}”")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise Refused(f"没有这一天：{year}年{month}月只有 {last} 日")
    return date(year, month, day)
