"""Holiday notices that an installation adds before the program brings them along."""

from __future__ import annotations

from pathlib import Path

from hengjian.kernel.errors import Refused
from hengjian.law.consistency import holiday_fault
from hengjian.law.errors import LawError
from hengjian.law.models import HolidayYear
from hengjian.law.schema import parse_yaml, read_section


def read_holiday_file(path: Path) -> tuple[HolidayYear, ...]:
    """The years in a file of the same shape as `law/holidays.yaml`; Refused with a sentence for a bad one."""
    try:
        raw = parse_yaml(path.read_text(encoding="utf-8"), path.name)
        years = read_section(HolidayYear, raw.get("holiday_years"), path.name, "holiday_years")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"读不了放假通知文件“{path}”。") from None
    except LawError as fault:
        raise Refused(f"放假通知文件“{path.name}”的内容不对：{fault}。") from fault
    for year in years:
        found = holiday_fault(year)
        if found:
            raise Refused(f"放假通知文件“{path.name}”中 {year.year} 年的内容不对：{found}。")
    return years
