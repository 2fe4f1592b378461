"""Two clocks, both kept: the phone's and the server's; a phone that is off is flagged and corrected, never refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

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


def earliest_of(task: Any, *, entering: bool = False) -> datetime:
    """Before this moment nothing can have been written on site: the task, its notice, the entry, the beginning.

    `entering`: for an officer's own entry, which may be before the colleague's.
    """
    steps = [task.created_at, task.notified_at]
    if not entering:
        steps += [task.visit.entered_at, getattr(getattr(task, "on_site", None), "started_at", None)]
    found: datetime = max(one for one in steps if one is not None)
    return found


def time_of(
    *, made_at: datetime | None, sent_at: datetime | None, now: datetime, earliest: datetime | None = None
) -> Timing:
    """The times of one write; all arguments aware, `sent_at` is the phone's clock at the moment of sending.

    With `sent_at` the skew is known and taken off; without it only a time in the future betrays the phone. What
    happened is never later than the server received it, and not before `earliest`: a phone that tells an earlier time
    is set to it, and flagged where it was off by more than the tolerance.
    """
    timing = _by_skew(made_at=made_at, sent_at=sent_at, now=now)
    floor = min(earliest, now) if earliest is not None else timing.happened_at
    if made_at is None or timing.happened_at >= floor:
        return timing
    flag = timing.clock_flag or floor - timing.happened_at > TOLERANCE
    return replace(timing, happened_at=floor, clock_flag=flag)


def _by_skew(*, made_at: datetime | None, sent_at: datetime | None, now: datetime) -> Timing:
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
    if not flagged:
        return ""
    skew = timedelta(seconds=skew_s or 0)
    off = abs(skew) > TOLERANCE
    told = f"手机时钟比服务器{'快' if skew > timedelta() else '慢'} {_span(abs(skew_s or 0))}：" if off else ""
    told += f"手机记为{_words(made_at)}，"
    corrected = made_at - skew if off else made_at
    if happened_at - corrected > TOLERANCE:
        told += f"折算为{_words(corrected)}，" if off else ""
        told += f"早于检查任务的建立或者上一步，按{_words(happened_at)}记入，"
    else:
        told += f"折算为{_words(happened_at)}，"
    return f"{told}两个时间都已保存。请校准手机时钟。"


def _words(moment: datetime) -> str:
    return zh_datetime(timezone.localtime(moment))


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    parts = [(days, "天"), (hours, "小时"), (round(rest / 60), "分钟")]
    words = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(words[:2]) or "不到 1 分钟"
