"""How values are written for people: dates, numbers, sums of money, digests, masked personal data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

NONE = "—"
WEEKDAYS = "一二三四五六日"


def local(value: datetime) -> datetime:
    """A moment in the platform's time zone; naive moments are taken as they are."""
    return timezone.localtime(value) if timezone.is_aware(value) else value


def day(value: Any) -> date | None:
    """The calendar day of a date or a moment, None for anything else."""
    if isinstance(value, datetime):
        return local(value).date()
    return value if isinstance(value, date) else None


def zh_date(value: Any, form: str = "") -> str:
    """`2026年11月20日`; form `short` → `11月20日`, `week` → with the weekday, `month` → `2026年11月`."""
    found = day(value)
    if found is None:
        return NONE
    if form == "short":
        return f"{found.month}月{found.day}日"
    if form == "month":
        return f"{found.year}年{found.month}月"
    text = f"{found.year}年{found.month}月{found.day}日"
    return f"{text} 星期{WEEKDAYS[found.weekday()]}" if form == "week" else text


def zh_datetime(value: Any, form: str = "") -> str:
    """`2026年11月20日 09:12`; form `short` → `11月20日 09:12`, `seconds` → with seconds."""
    if not isinstance(value, datetime):
        return zh_date(value, form if form == "short" else "")
    moment = local(value)
    clock = f"{moment:%H:%M:%S}" if form == "seconds" else f"{moment:%H:%M}"
    return f"{zh_date(moment, 'short' if form == 'short' else '')} {clock}"


def iso_date(value: Any) -> str:
    """`2026-11-20`, the form of tables."""
    found = day(value)
    return found.isoformat() if found else NONE


def iso_datetime(value: Any) -> str:
    """`2026-11-20 09:12`, the form of tables."""
    return f"{local(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else iso_date(value)


def num(value: Any, decimals: int | str = "") -> str:
    """Thousands separated, true minus; `decimals` fixes the digits after the point; not a number → `—`."""
    if value is None or value == "" or isinstance(value, bool):
        return NONE
    try:
        exact = Decimal(str(value))
    except ArithmeticError:
        return str(value)
    if not exact.is_finite():
        return NONE
    text = f"{exact:,.{int(decimals)}f}" if decimals != "" else f"{exact:,f}"
    return text.replace("-", "−")


def fen(value: Any) -> str:
    """Money kept as whole fen, written in yuan: 4160050 → `41,600.50 元`, 10000000 → `100,000 元`."""
    if value is None or value == "":
        return NONE
    cents = int(value)
    yuan, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}{yuan:,}.{rest:02d} 元" if rest else f"{sign}{yuan:,} 元"


def share(value: Any, decimals: int | str = 1) -> str:
    """A share 0–1 as percent."""
    return NONE if value is None or value == "" else f"{Decimal(str(value)) * 100:.{int(decimals)}f}%".replace("-", "−")


def masked(value: Any, kind: str = "") -> str:
    """Personal data as far as a page may show it: name, phone, identity number, address.

    Without a kind it is told by its form: 18 characters identity number, 11 digits telephone, else a name.
    """
    text = str(value or "").strip()
    if not text:
        return NONE
    if kind == "id" or (not kind and re.fullmatch(r"\d{17}[\dXx]", text)):
        return text[:6] + "*" * max(len(text) - 10, 1) + text[-4:] if len(text) > 10 else "*" * len(text)
    if kind == "phone" or (not kind and re.fullmatch(r"1\d{10}", text)):
        return text[:3] + "****" + text[-4:] if len(text) >= 8 else "*" * len(text)
    if kind == "address":
        return text[: max(len(text) // 2, 1)] + "****"
    return text[0] + "*" * max(len(text) - 1, 1)


def grouped(value: Any, size: int = 8) -> str:
    """A digest in groups of eight, as people compare it."""
    text = str(value or "")
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def short_hash(value: Any) -> str:
    """`c91e…7a40`."""
    text = str(value or "")
    return text if len(text) <= 9 else f"{text[:4]}…{text[-4:]}"


def duration(seconds: Any) -> str:
    """`54 秒`, `1 分 14 秒`, `2 小时 5 分`."""
    if seconds is None or seconds == "":
        return NONE
    whole = round(float(seconds))
    if whole < 60:
        return f"{whole} 秒" if whole or not float(seconds) else f"{float(seconds):.1f} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60} 秒"
    return f"{whole // 3600} 小时 {whole % 3600 // 60} 分"


def size(octets: Any) -> str:
    """`412 KB`, `218 MB`."""
    if octets is None or octets == "":
        return NONE
    amount = float(octets)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"


def listed(values: Iterable[Any]) -> str:
    """Joined with 、, or `—`."""
    return "、".join(str(value) for value in values) or NONE
