"""Lanes over a stretch of time: one day with what overlaps marked, one year with what was not covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.safestring import SafeString

from hengjian.ui.figures.drawing import Drawn, element, join, mark, percent, picture, word

Moment = date | datetime
DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Interval:
    """Start (in) and end (out) of something; `kind` is `plain`, `strong` or `gap` (hatched, said in words too)."""

    start: Moment
    end: Moment
    label: str = ""
    kind: str = "plain"
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: what it belongs to, its intervals, and points marked by a stroke (days of calibration)."""

    label: str
    intervals: Sequence[Interval]
    note: str = ""
    points: Sequence[Moment] = field(default_factory=tuple)
    remark: str = ""


def overlaps(intervals: Sequence[Interval]) -> list[tuple[Moment, Moment]]:
    """Stretches that two or more of the intervals share, joined where they touch; zero-length touches do not count."""
    edges = sorted([(i.start, 1) for i in intervals] + [(i.end, -1) for i in intervals], key=lambda e: (e[0], e[1]))
    found: list[tuple[Moment, Moment]] = []
    depth, since = 0, None
    for moment, change in edges:
        depth += change
        if depth >= 2 and since is None:
            since = moment
        elif depth < 2 and since is not None:
            if moment > since:
                if found and found[-1][1] == since:
                    since = found.pop()[0]
                found.append((since, moment))
            since = None
    return found


def day_bar(lanes: Sequence[Lane], *, start: datetime, end: datetime) -> Drawn:
    """Draw a stretch of hours, lane by lane; where intervals of one lane overlap, the clash is outlined and hatched."""
    scale = _scale(start, end)
    words = []
    step = timedelta(hours=1)
    hours = max(1, round((end - start) / step))
    every = next(n for n in (1, 2, 3, 6, 12, 24, 48, 96, 192, 10_000) if hours / n <= 12)
    moment = start.replace(minute=0, second=0, microsecond=0)
    index = 0
    while moment <= end:
        if moment >= start and moment.hour % min(every, 24) == 0:
            words.append(_tick(scale(moment), f"{moment:%H:%M}", wide_only=index % 3 != 0))
            index += 1
        moment += step
    rows = [_scale_row(words, "时段")]
    rows += [_row(lane, _lane(lane, scale, clash=overlaps(lane.intervals), grid=SafeString())) for lane in lanes]
    twin = []
    for lane in lanes:
        shared = overlaps(lane.intervals)
        for interval in lane.intervals:
            hit = any(interval.start < b and a < interval.end for a, b in shared)
            span = f"{interval.start:%H:%M:%S} – {interval.end:%H:%M:%S}"
            twin.append((lane.label, span, interval.label or "—", "重叠" if hit else ""))
    return _strip(rows, "时段与重叠", ("对象", "起止", "事项", "重叠"), twin)


def validity_strip(lanes: Sequence[Lane], *, start: date, end: date, today: date | None = None) -> Drawn:
    """Draw months from start to end; intervals of kind `gap` are use without validity; `today` is a line."""
    scale = _scale(start, end)
    months = []
    first = date(start.year, start.month, 1)
    while first <= end:
        if first >= start:
            months.append(first)
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    sparse = max(1, round(len(months) / 12))
    words: list[SafeString] = []
    year = None
    for index, month in enumerate(months):
        if index % sparse:
            continue
        plain = month.year == year or (index == 0 and month.month == DECEMBER)  # two years side by side would overlap
        label = f"{month.month}月" if plain else f"{month.year}-{month.month:02d}"
        year = month.year
        words.append(_tick(scale(month), label, wide_only=index % (4 * sparse) != 0))
    if today and start <= today <= end:
        words.append(word(percent(scale(today)), 30, "今天", kind="k", anchor=_anchor(scale(today))))
    grid = _grid(scale(month) for month in months)
    rows = [_scale_row(words, "月份", 36 if today else 20)]
    for lane in lanes:
        rows.append(_row(lane, _lane(lane, scale, clash=[], grid=grid, today=scale(today) if today else None)))
    twin = []
    for lane in lanes:
        for interval in lane.intervals:
            state = "无有效期间" if interval.kind == "gap" else "有效"
            twin.append((lane.label, f"{interval.start} – {interval.end}", state, interval.label or lane.remark or "—"))
        twin += [(lane.label, f"{point}", "标记日", "—") for point in lane.points]
    return _strip(rows, "有效期间", ("对象", "起止", "状态", "说明"), twin)


def _scale(start: Moment, end: Moment) -> Callable[[Moment], float]:
    whole = (end - start).total_seconds()
    if whole <= 0:
        raise ValueError("a strip needs an end after its start")

    def at(moment: Moment) -> float:
        if isinstance(start, datetime) and not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, tzinfo=start.tzinfo)
        if not isinstance(start, datetime) and isinstance(moment, datetime):
            moment = moment.date()
        return min(100.0, max(0.0, (moment - start).total_seconds() / whole * 100))

    return at


def _tick(x: float, label: str, *, wide_only: bool) -> SafeString:
    return word(percent(x), 14, label, anchor=_anchor(x), wide_only=wide_only)


def _anchor(x: float) -> str:
    return "start" if x < 4 else "end" if x > 96 else "middle"


def _grid(places: Iterable[float]) -> SafeString:
    """The same lines stand in every lane: drawn once."""
    return join([mark("line", "gr", x1=percent(x), x2=percent(x), y1=0, y2=28) for x in places])


def _lane(
    lane: Lane,
    at: Callable[[Moment], float],
    *,
    clash: Sequence[tuple[Moment, Moment]],
    grid: SafeString,
    today: float | None = None,
) -> SafeString:
    parts: list[str] = [grid]
    for interval in lane.intervals:
        left, width = at(interval.start), max(at(interval.end) - at(interval.start), 0.3)
        if interval.kind == "gap":
            parts += _hatched(left, width)
            continue
        kind = "up" if interval.kind == "strong" else "mid"
        title = element("title", f"{interval.label} {interval.start} – {interval.end}".strip())
        bar = mark("rect", kind, title, x=percent(left), y=8, width=percent(width), height=12)
        parts.append(element("a", bar, href=interval.url) if interval.url else bar)
    for start, end in clash:
        parts += _hatched(at(start), max(at(end) - at(start), 0.3))
    for point in lane.points:
        parts.append(mark("line", "edge", x1=percent(at(point)), x2=percent(at(point)), y1=4, y2=24, stroke_width="2"))
    if today is not None:
        parts.append(mark("line", "ref", x1=percent(today), x2=percent(today), y1=0, y2=28, stroke_width="1"))
    return picture(lane.label, 28, *parts, kind="lane")


def _hatched(left: float, width: float) -> list[SafeString]:
    """Outlined and hatched: seen without colour as well."""
    x, w = percent(left), percent(width)
    stripe = mark(
        "line", "hatch", x1=x, x2=percent(left + width), y1=14, y2=14, stroke_width="12", stroke_dasharray="1 4"
    )
    return [mark("rect", "clash", x=x, y=8, width=w, height=12), stripe]


def _scale_row(words: Sequence[str], name: str, height: int = 20) -> SafeString:
    head = element("th", element("span", name, class_="vh"), scope="col")
    return element("tr", head, element("td", picture("", height, *words, kind="lane"), class_="l"), class_="scale")


def _row(lane: Lane, drawn: SafeString) -> SafeString:
    note = element("small", lane.note) if lane.note else ""
    remark = element("small", lane.remark, class_="bad") if lane.remark else ""
    return element("tr", element("th", lane.label, note, remark, scope="row"), element("td", drawn, class_="l"))


def _strip(rows: Sequence[str], caption: str, head: tuple[str, ...], twin: Sequence[tuple[str, ...]]) -> Drawn:
    html = element("table", element("caption", caption, class_="vh"), element("tbody", join(rows)), class_="wf strip")
    return Drawn(html, caption, head, tuple(twin))
