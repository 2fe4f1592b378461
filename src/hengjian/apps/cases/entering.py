"""What is typed into a case: texts within length, days not in the future, choices from closed lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hengjian.kernel.errors import Refused
from hengjian.ui.wording import zh_date

TEXT_MOST = 20_000
LINE_MOST = 300


def refused(field: str, sentence: str, article: str = "") -> Refused:
    """A refusal that the form shows beside the field."""
    return Refused(sentence, where={"field": field}, article=article or None)


def text_of(value: str, *, field: str, label: str, most: int = TEXT_MOST, required: bool = True) -> str:
    """The text without outer blanks; Refused where it is missing or longer than the file keeps."""
    plain = value.replace("\x00", "").strip()
    if required and not plain:
        raise refused(field, f"请填写{label}。")
    if len(plain) > most:
        raise refused(field, f"{label}最多 {most} 字，现在是 {len(plain)} 字。")
    return plain


def day_of(
    value: date | None, *, field: str, label: str, today: date, first: date | None = None, first_label: str = ""
) -> date:
    """The day; Refused where it is missing, still to come, or before `first`."""
    if value is None:
        raise refused(field, f"请填写{label}。")
    if value > today:
        raise refused(field, f"{label}{zh_date(value)}还没有到，不能预先填写。")
    if first is not None and value < first:
        raise refused(field, f"{label}{zh_date(value)}早于{first_label}{zh_date(first)}。")
    return value


def one_of(value: str, known: Mapping[str, str], *, field: str, label: str) -> str:
    """The code; Refused where the closed list does not hold it."""
    if value not in known:
        raise refused(field, f"请从列出的{label}中选一项。")
    return value


def sum_of(value: int | None, *, field: str, label: str) -> int:
    """Whole fen, not negative."""
    if value is None:
        return 0
    if value < 0 or value > 10**13:
        raise refused(field, f"{label}须在 0 元到 1000 亿元之间。")
    return value
