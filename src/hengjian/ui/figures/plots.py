"""Plots: curves laid over one another, the spread of the peers with one value marked, sparklines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from hengjian.ui.figures.drawing import Drawn, element, fixed, join, mark, number, percent, picture, ticks, word

PLOT = 84  # px: height of one channel
LINES = ("c1", "c2", "c3")


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: its name and its values, None where a reading is missing."""

    label: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Channel:
    """Curves of one quantity on one scale (at most three)."""

    name: str
    unit: str
    series: Sequence[Series]


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch of the x axis that is shaded and named."""

    start: float
    end: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    marked: Sequence[Marked] = field(default_factory=tuple)

    def at(self, x: float) -> float:
        return (x - self.low) / (self.high - self.low) * 100


def curves(
    channels: Sequence[Channel],
    *,
    x_label: str,
    x_start: float = 0.0,
    x_step: float = 1.0,
    marked: Sequence[Marked] = (),
) -> Drawn:
    """Draw each channel below the other on one x axis, the marked stretches shaded through all of them.

    Values are taken at x_start, x_start + x_step, …; the table lists the first series of every channel side by side.
    """
    longest = max((len(series.values) for channel in channels for series in channel.series), default=0)
    if longest < 2:
        raise ValueError("curves need at least two readings")
    axis = _Axis(x_start, x_start + (longest - 1) * x_step, marked)
    drawn: list[str] = []
    if marked:
        drawn.append(_names_of_stretches(axis))
    for channel in channels:
        head = element("p", element("b", channel.name), element("small", channel.unit), class_="chan-name")
        drawn += [head, _channel(channel, axis, x_start, x_step)]
    drawn.append(_x_axis(axis, x_label))
    drawn.append(_key(channels[0].series))
    head_row = [x_label]
    for channel in channels:
        head_row += [f"{channel.name} {series.label} {channel.unit}".strip() for series in channel.series]
    rows = []
    for index in range(longest):
        row = [number(x_start + index * x_step)]
        for channel in channels:
            for series in channel.series:
                value = series.values[index] if index < len(series.values) else None
                row.append("—" if value is None else number(value))
        rows.append(tuple(row))
    return Drawn(element("div", join(drawn), class_="fig"), x_label, tuple(head_row), tuple(rows))


def _channel(channel: Channel, axis: _Axis, x_start: float, x_step: float) -> SafeString:
    known = [v for series in channel.series for v in series.values if v is not None and math.isfinite(v)]
    low, high = min(0.0, min(known, default=0.0)), max(known, default=1.0)
    high = high if high > low else low + 1
    parts: list[str] = []
    for stretch in axis.marked:
        left = axis.at(stretch.start)
        width = axis.at(stretch.end) - left
        parts.append(mark("rect", "wash", x=percent(left), y=0, width=percent(width), height=PLOT))
        parts += [
            mark("line", "edge", x1=percent(x), x2=percent(x), y1=0, y2=PLOT, stroke_dasharray="2 3")
            for x in (left, left + width)
        ]
    parts.append(mark("line", "gr", x1="0", x2="100%", y1=4, y2=4))
    parts.append(mark("line", "ax", x1="0", x2="100%", y1=PLOT - 4, y2=PLOT - 4))
    paths = []
    for kind, series in zip(LINES, channel.series, strict=False):
        path = _path(series.values, axis, low, high, x_start, x_step)
        paths.append(mark("path", kind, d=path, vector_effect="non-scaling-stroke"))
    parts.append(
        element(
            "svg", *paths, x="0", y=4, width="100%", height=PLOT - 8, viewBox="0 0 1000 100", preserveAspectRatio="none"
        )
    )
    parts.append(word("0", 14, number(high), kind="halo"))
    parts.append(word("0", PLOT - 7, number(low), kind="halo"))
    names = "、".join(series.label for series in channel.series)
    said = "；".join(f"{number(m.start)} 至 {number(m.end)} {m.label}" for m in axis.marked)
    return picture(f"{channel.name}：{names}。{said}", PLOT, *parts)


def _path(values: Sequence[float | None], axis: _Axis, low: float, high: float, x_start: float, x_step: float) -> str:
    """Path data in a 1000 × 100 box; a missing reading breaks the line."""
    out: list[str] = []
    pen_down = False
    for index, value in enumerate(values):
        if value is None or not math.isfinite(value):
            pen_down = False
            continue
        x = axis.at(x_start + index * x_step) * 10
        y = 100 - (value - low) / (high - low) * 100
        out.append(f"{'L' if pen_down else 'M'}{fixed(x)} {fixed(y)}")
        pen_down = True
    return "".join(out) or "M0 0"


def _names_of_stretches(axis: _Axis) -> SafeString:
    words = []
    for stretch in axis.marked:
        left, right = axis.at(stretch.start), axis.at(stretch.end)
        words.append(mark("line", "edge", x1=percent(left), x2=percent(right), y1=19, y2=19, stroke_width="1.5"))
        middle = (left + right) / 2
        anchor, x = ("start", 0.0) if middle < 30 else ("end", 100.0) if middle > 70 else ("middle", middle)
        words.append(word(percent(x), 13, stretch.label, kind="b", anchor=anchor))
    return picture("", 20, *words)


def _x_axis(axis: _Axis, x_label: str) -> SafeString:
    words = []
    for index, x in enumerate(ticks(axis.low, axis.high, 8)):
        place = axis.at(x)
        anchor = "start" if place < 2 else "end" if place > 98 else "middle"
        words.append(word(percent(place), 13, number(x), anchor=anchor, wide_only=index % 2 == 1))
    words.append(word("100%", 29, x_label, anchor="end"))
    return picture("", 32, *words)


def _key(series: Sequence[Series]) -> SafeString:
    classes = (None, "dash", "amber")
    parts = [element("span", element("i", "", class_=c), s.label) for c, s in zip(classes, series, strict=False)]
    return element("p", *parts, class_="key")


def spark_bars(values: Sequence[float], *, strong: Sequence[int] = (), label: str = "") -> SafeString:
    """Small bars in a table cell, one a value; indices in `strong` are dark. 64 × 20 px."""
    most = max(values, default=0) or 1
    step = 100 / max(len(values), 1)
    parts = []
    for index, value in enumerate(values):
        tall = max(18 * max(value, 0) / most, 1.0)
        kind = "up" if index in strong else "pale"
        parts.append(mark("rect", kind, x=percent(index * step), y=20 - tall, width=percent(step * 0.75), height=tall))
    named = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return element(
        "svg", join(parts), xmlns="http://www.w3.org/2000/svg", class_="spark", width="64", height="20", **named
    )


def spark_line(values: Sequence[float], *, label: str, low: float = 0.0, high: float | None = None) -> SafeString:
    """A line as wide as its column, 64 px high, its last point marked; say in words beside it from what to what."""
    top = high if high is not None else max(values, default=1.0)
    top = top if top > low else low + 1
    axis = _Axis(0, max(len(values) - 1, 1))
    path = mark("path", "c1", d=_path(values, axis, low, top, 0, 1), vector_effect="non-scaling-stroke")
    plot = element("svg", path, x="0", y=6, width="100%", height=50, viewBox="0 0 1000 100", preserveAspectRatio="none")
    parts: list[str] = [mark("line", "ax", x1="0", x2="100%", y1=57, y2=57), plot]
    if values:
        y = 6 + 50 * (1 - (values[-1] - low) / (top - low))
        parts.append(mark("circle", "up", cx=percent(axis.at(len(values) - 1)), cy=y, r="3.5"))
    return picture(label, 64, *parts)
