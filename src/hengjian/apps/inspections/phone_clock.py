"""Two clocks, both kept: the phone's and the server's; a phone that is off is flagged and corrected, never refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from hengjian.ui.wording import zh_datetime

TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Timing:
    """When something was written: by the phone, received by the server, and the time that counts."""

    made_at: datetime
    received_at: datetime
    happened_at: datetime
    clock_skew_s: int | None
    clock_flag: bool

    def values(self) -> dict[str, object]:
        """The fields of a `Written` row."""
        return {name: getattr(self, name) for name in self.__slots__}


def time_of(*, made_at: datetime | None, sent_at: datetime | None, now: datetime) -> Timing:
    """The times of one write; all arguments aware, `sent_at` is the phone's clock at the moment of sending.

    With `sent_at` the skew is known and taken off; without it only a time in the future betrays the phone. What
    happened is never later than the server received it.
    """
    if made_at is None:
        return Timing(now, now, now, None, False)
    skew = sent_at - now if sent_at is not None else None
    if skew is None:
        ahead = made_at - now
        if ahead > TOLERANCE:
            return Timing(made_at, now, now, round(ahead.total_seconds()), True)
        return Timing(made_at, now, min(made_at, now), None, False)
    off = abs(skew) > TOLERANCE
    happened = min(made_at - skew if off else made_at, now)
    return Timing(made_at, now, happened, round(skew.total_seconds()), off)


def clock_sentence(*, made_at: datetime, happened_at: datetime, skew_s: int | None, flagged: bool) -> str:
    """What the person reads about the clock of the phone; empty where it was right."""
    if not flagged or skew_s is None:
        return ""
    way = "快" if skew_s > 0 else "慢"
    return (
        f"手机时钟比服务器{way} {_span(abs(skew_s))}：手机记为{zh_datetime(timezone.localtime(made_at))}，"
        f"折算为{zh_datetime(timezone.localtime(happened_at))}，两个时间都已保存。请校准手机时钟。"
    )


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = [(days, "天"), (hours, "小时"), (round(rest / 60), "分钟")]
    words = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(words[:2]) or "不到 1 分钟"
