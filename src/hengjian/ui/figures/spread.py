"""How values lie: one value or a limit against a histogram with the expected curve; units in a funnel by their size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString

from hengjian.ui.figures.drawing import Drawn, element, fixed, mark, number, percent, picture, ticks, word

Place = Callable[[float], float]
HEIGHT, TOP, FOOT = 132, 36, 20
FUNNEL = 220


def _side(place: float) -> str:
    return "start" if place < 12 else "end" if place > 88 else "middle"


def histogram(
    edges: Sequence[float],
    counts: Sequence[float],
    *,
    value: float | None = None,
    value_label: str = "",
    x_label: str,
    limit: float | None = None,
    limit_label: str = "",
    log: bool = False,
    expected: Sequence[float] = (),
    expected_label: str = "预期",
    counted: str = "个数",
) -> Drawn:
    """Draw how many lie between edges[i] and edges[i+1]; mark one value, a limit, and the curve that was expected.

    `len(edges) == len(counts) + 1`, `expected` is empty or one number a bar. With `log` the height is log(1 + count):
    a single peer stays visible.
    """
    if len(edges) != len(counts) + 1 or not counts or (expected and len(expected) != len(counts)):
        raise ValueError("a histogram needs one edge more than counts and one expected number a count")
    ends = [*edges, *(one for one in (value,) if one is not None)]
    low, high = min(ends), max(ends)
    high += (high - low) * 0.02 or 1.0
    floor, most = HEIGHT - FOOT, max([*counts, *expected]) or 1

    def at(x: float) -> float:
        return (x - low) / (high - low) * 100

    def tall(count: float) -> float:
        share = math.log1p(count) / math.log1p(most) if log else count / most
        return max(share * (HEIGHT - TOP - FOOT), 1.0 if count else 0.0)

    parts: list[str] = [mark("line", "ax", x1="0", x2="100%", y1=floor, y2=floor)]
    parts += _bars(edges, counts, at, tall)
    if expected:
        parts.append(_curve(edges, expected, at, tall))
    if limit is not None and low <= limit <= high:
        x = percent(at(limit))
        parts.append(mark("line", "ref", x1=x, x2=x, y1=TOP - 4, y2=floor, stroke_dasharray="4 3", stroke_width="1.5"))
        parts.append(word(x, TOP - 8, limit_label or number(limit), kind="halo", anchor=_side(at(limit))))
    if value is not None:
        x = percent(at(value))
        parts.append(mark("line", "ref", x1=x, x2=x, y1=18, y2=floor, stroke_width="3"))
        parts.append(word(x, 13, value_label, kind="k", anchor=_side(at(value))))
    parts += _x_ticks(low, high, at, HEIGHT - 5)
    told = [f"{x_label}的分布，{number(sum(counts))} 个", value_label if value is not None else "", limit_label]
    label = "；".join(one for one in told if one)
    key = _keys([("sq pale", "实际"), ("dash", expected_label)]) if expected else ""
    caption = element("figcaption", x_label + ("，高度按对数" if log else ""))
    html = element("figure", picture(label, HEIGHT, *parts), key, caption, class_="fig")
    head = (x_label, counted, expected_label) if expected else (x_label, counted)
    return Drawn(html, x_label, head, _table(edges, counts, expected, value, value_label))


def _bars(edges: Sequence[float], counts: Sequence[float], at: Place, tall: Place) -> list[str]:
    floor, bars = HEIGHT - FOOT, []
    for left, right, count in zip(edges, edges[1:], counts, strict=False):
        if count:
            wide, up = max((at(right) - at(left)) * 0.9, 0.3), tall(count)
            title = element("title", f"{number(left)} 至 {number(right)}：{number(count)}")
            bars.append(mark("rect", "pale", title, x=percent(at(left)), y=floor - up, width=percent(wide), height=up))
    return bars


def _curve(edges: Sequence[float], expected: Sequence[float], at: Place, tall: Place) -> SafeString:
    """The expected numbers, point to point over the middle of the bars."""
    points = []
    for left, right, count in zip(edges, edges[1:], expected, strict=False):
        x, y = at((left + right) / 2) * 10, HEIGHT - FOOT - (tall(count) if math.isfinite(count) else 0)
        points.append(f"{'L' if points else 'M'}{fixed(x)} {fixed(y)}")
    path = mark("path", "c2", d="".join(points), vector_effect="non-scaling-stroke")
    box = f"0 0 1000 {HEIGHT}"
    return element("svg", path, x="0", y="0", width="100%", height=HEIGHT, viewBox=box, preserveAspectRatio="none")


def _table(
    edges: Sequence[float], counts: Sequence[float], expected: Sequence[float], value: float | None, value_label: str
) -> tuple[tuple[str, ...], ...]:
    rows = []
    for place, count in enumerate(counts):
        row = [f"{number(edges[place])} 至 {number(edges[place + 1])}", number(count)]
        rows.append((*row, number(expected[place], 1)) if expected else tuple(row))
    if value is not None:
        rows.append((value_label, number(value), "—") if expected else (value_label, number(value)))
    return tuple(rows)


def _x_ticks(low: float, high: float, at: Place, y: float) -> list[str]:
    return [
        word(percent(at(tick)), y, number(tick), anchor=_side(at(tick)), wide_only=index % 2 == 1)
        for index, tick in enumerate(ticks(low, high, 6))
    ]


def _keys(lines: Sequence[tuple[str, str]]) -> SafeString:
    return element("p", *(element("span", element("i", "", class_=kind), said) for kind, said in lines), class_="key")


@dataclass(frozen=True, slots=True)
class Unit:
    """One point of a funnel: whose it is, its size (reports) and its share 0–1; `own` is the one the page is about."""

    label: str
    size: float
    share: float
    own: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """The shares 0–1 between which units of one size usually lie."""

    size: float
    low: float
    high: float


def funnel(
    units: Sequence[Unit],
    *,
    centre: float,
    inner: Sequence[Band],
    outer: Sequence[Band],
    x_label: str,
    y_label: str,
    names: tuple[str, str] = ("95% 的机构在此之内", "99.8% 的机构在此之内"),
) -> Drawn:
    """Units by size (log scale) and share, the usual share as a line, two bands of limits; the own unit is named.

    The table lists the own unit and those beyond the outer band, then how many lie inside.
    """
    if not units or len(inner) < 2 or len(inner) != len(outer):
        raise ValueError("a funnel needs units and two bands of at least two sizes")
    low, high = math.log(min(u.size for u in units)), math.log(max(u.size for u in units))
    low, high = (low - 0.2, high + 0.2) if high > low else (low - 1, high + 1)
    top = max(*(u.share for u in units), min(1.0, max(b.high for b in outer[len(outer) // 4 :])), 1e-6) * 1.06
    floor = FUNNEL - FOOT

    def at(size: float) -> float:
        return min(100.0, max(0.0, (math.log(max(size, 1e-9)) - low) / (high - low) * 100))

    def up(share: float) -> float:
        return floor - min(max(share, 0.0), top) / top * (floor - 12)

    parts = _funnel_axes(top, up, centre)
    parts += [_band(inner, at, up, "c1"), _band(outer, at, up, "c2")]
    for unit in sorted(units, key=lambda one: one.own):
        parts += _unit(unit, at, up)
    sizes = [10**n * f for n in range(0, 9) for f in (1, 3) if low <= math.log(10**n * f) <= high]
    parts += [word(percent(at(size)), FUNNEL - 5, number(size), anchor=_side(at(size))) for size in sizes]
    beyond = _beyond(units, outer)
    said = "；".join(f"{u.label} {u.share:.1%}" for u in units if u.own)
    label = f"{y_label}按{x_label}：{len(units)} 家，通常 {centre:.1%}，超出外限 {len(beyond)} 家；{said}"
    key = _keys([("", names[0]), ("dash", names[1]), ("sq ink", "本机构"), ("sq mid", "其他机构")])
    caption = element("figcaption", f"横轴：{x_label}（对数）；纵轴：{y_label}。界限已按机构之间的正常差异放宽")
    html = element("figure", picture(label, FUNNEL, *parts), key, caption, class_="fig")
    listed = [u for u in units if u.own] + [u for u in beyond if not u.own]
    rows = [(u.label, number(u.size), f"{u.share:.1%}", "超出外限" if u in beyond else "在界限之内") for u in listed]
    rest = len(units) - len(listed)
    rows.append((f"其余 {rest} 家", "—", f"通常 {centre:.1%}", "在外限之内"))
    return Drawn(html, y_label, ("机构", x_label, y_label, "位置"), tuple(rows))


def _funnel_axes(top: float, up: Place, centre: float) -> list[str]:
    parts = []
    for share in ticks(0.0, top, 4):
        y = up(share)
        parts.append(mark("line", "gr", x1="0", x2="100%", y1=y, y2=y))
        parts.append(word("0", y - 3, f"{share:.3g}" if top < 0.001 else f"{share * 100:.3g}%", kind="halo"))
    parts.append(mark("line", "ref", x1="0", x2="100%", y1=up(centre), y2=up(centre), stroke_width="1"))
    return parts


def _band(bands: Sequence[Band], at: Place, up: Place, kind: str) -> SafeString:
    """Both edges of a band; parts of it beyond the picture stay out."""
    paths = []
    for edge in (lambda band: band.low, lambda band: band.high):
        line = "".join(
            f"{'L' if place else 'M'}{fixed(at(band.size) * 10)} {fixed(up(edge(band)))}"
            for place, band in enumerate(bands)
        )
        paths.append(mark("path", kind, d=line, vector_effect="non-scaling-stroke", stroke_width="1.5"))
    box = f"0 0 1000 {FUNNEL}"
    return element("svg", *paths, x="0", y="0", width="100%", height=FUNNEL, viewBox=box, preserveAspectRatio="none")


def _unit(unit: Unit, at: Place, up: Place) -> list[str]:
    x, y = percent(at(unit.size)), up(unit.share)
    title = element("title", f"{unit.label}：{number(unit.size)}，{unit.share:.1%}")
    if not unit.own:
        return [mark("circle", "mid", title, cx=x, cy=y, r="3")]
    name = word(x, y - 9 if y > 24 else y + 18, f"{unit.label} {unit.share:.1%}", kind="k", anchor=_side(at(unit.size)))
    return [mark("circle", "sum", title, cx=x, cy=y, r="5.5"), name]


def _beyond(units: Sequence[Unit], outer: Sequence[Band]) -> list[Unit]:
    """Units outside the outer band at their size, farthest first."""

    def limits(size: float) -> tuple[float, float]:
        for left, right in pairwise(outer):
            if size <= right.size:
                part = min(1.0, max(0.0, (size - left.size) / ((right.size - left.size) or 1.0)))
                return left.low + part * (right.low - left.low), left.high + part * (right.high - left.high)
        return outer[-1].low, outer[-1].high

    found = []
    for unit in units:
        low, high = limits(unit.size)
        if not low <= unit.share <= high:
            found.append(unit)
    return sorted(found, key=lambda one: -one.share)
